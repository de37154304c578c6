import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { startTestServer } from '#test'
import { ask, type Case, casesOf, type Sent } from './access-cases.ts'
import { createScene } from './access-scene.ts'
import { accessOf, mayDo } from './access-table.ts'
import type { Document } from './document.ts'

/** Every write with fields slipped in that are not its own (S2): refused, or without effect. */
const server = await startTestServer()
const { as, services } = server
const { db } = services.database
const { actors, addFresh } = await createScene(server)
const { manager, elsewhere } = actors
const document = (await as('GET', '/api/openapi.json')).json<Document>()
const writes = casesOf(document).filter(({ operation }) => !operation.startsWith('GET '))

const slipped: Record<string, unknown> = {
  id: 123_454_321,
  building_id: elsewhere.home.building,
  role: 'administrator',
  scope: null,
  sees_presence: true,
  created_at: '2001-02-03T04:05:06.000Z',
  updated_at: '2001-02-03T04:05:06.000Z',
}
/** What would stand in a table if one of them had an effect; a role and a permission are looked at with the people. */
const traces = ['123454321', '2001-02-03']

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The body with the field in each of its objects that has no such field, one at a time. */
function* slippedInto(body: unknown, name: string): Generator {
  if (Array.isArray(body)) {
    for (const [i, item] of body.entries()) for (const other of slippedInto(item, name)) yield body.with(i, other)
  }
  if (!isObject(body)) return
  if (!(name in body)) yield { ...body, [name]: slipped[name] }
  for (const [key, value] of Object.entries(body)) {
    for (const other of slippedInto(value, name)) yield { ...body, [key]: other }
  }
}

function* slippedIn({ body, headers, ...sent }: Sent, name: string): Generator<Sent> {
  const value = slipped[name]
  const mark = sent.url.includes('?') ? '&' : '?'
  if (body === undefined) yield { ...sent, headers, body: { [name]: value } }
  else if (headers['content-type'] === 'text/csv') {
    const [header, line] = String(body).split('\n')
    yield { ...sent, headers, body: `${header},${name}\n${line},${value}\n` }
  } else if (typeof body === 'string') {
    for (const other of slippedInto(JSON.parse(body), name)) yield { ...sent, headers, body: JSON.stringify(other) }
  } else for (const other of slippedInto(body, name)) yield { ...sent, headers, body: other }
  yield { ...sent, headers, body, url: `${sent.url}${mark}${name}=${String(value)}` }
}

const traceIn = async (): Promise<string[]> => {
  const { rows } = await sql<{ all: string }>`
    select string_agg(query_to_xml(format('select * from %I', tablename), true, false, '')::text, '') as all
    from pg_tables where schemaname = 'public'`.execute(db)
  const [{ all } = { all: '' }] = rows
  assert.ok(all.includes('osprey-building'), 'the dump holds the tables')
  return traces.filter((trace) => all.includes(trace))
}
const ofOthers = async (): Promise<string> => {
  const { rows } = await sql<{ rows: unknown }>`
    select jsonb_build_array(
      (select jsonb_agg(jsonb_build_array(id, email, role, sees_presence, disabled_at, created_at) order by id)
        from person where id not like 'fresh%'),
      (select count(*) from person_scope where building_id = ${elsewhere.home.building}),
      (select jsonb_agg(f.id order by f.id) from floor f where f.building_id = ${elsewhere.home.building}),
      (select jsonb_agg(g.id order by g.id) from gateway g where g.building_id = ${elsewhere.home.building}),
      (select jsonb_agg(s.id order by s.id) from sensor s where s.building_id = ${elsewhere.home.building})
    ) as rows`.execute(db)
  return JSON.stringify(rows)
}

const access = ({ operation }: Case) => mayDo[accessOf.get(operation) ?? 'administer']
let refused = 0
for (const one of writes) {
  // Signing out would end the session that this test goes on with.
  if (one.operation.endsWith('/sign-out')) continue
  test(`${one.operation} takes no field that is not its own: ${one.slots.join(', ')}`, async () => {
    const who = access(one).includes('manager') ? manager : actors.administrator
    const before = await ofOthers()
    for (const name of Object.keys(slipped)) {
      const things = await addFresh(who.userId)
      for (const sent of slippedIn(one.request(things), name)) {
        const answer = await ask(who.as, sent)
        const what = `${sent.url} ${JSON.stringify(sent.body)} answered ${answer.statusCode}: ${answer.body}`
        assert.ok(answer.statusCode < 500 && answer.statusCode !== 403, what)
        if (answer.statusCode === 400 || answer.statusCode === 422) refused++
        else for (const trace of traces) assert.ok(!answer.body.includes(trace), what)
      }
    }
    assert.equal(await ofOthers(), before)
    assert.deepEqual(await traceIn(), [])
  })
}

test('most of them are refused, not only ignored', () => {
  assert.ok(refused > writes.length * 4, `${refused} of ${writes.length}`)
})
