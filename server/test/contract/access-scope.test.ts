import assert from 'node:assert/strict'
import test, { before } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { startTestServer } from '#test'
import { otherwise } from './access-asks.ts'
import { ask, type Case, casesOf, comparable } from './access-cases.ts'
import { type Actor, createScene } from './access-scene.ts'
import { accessOf, everybody, mayDo, type Who } from './access-table.ts'
import { contentsOf, missing, type Slot, type Things } from './access-things.ts'
import type { Document } from './document.ts'

/**
 * Every operation of the OpenAPI document, asked by everybody for things that are there (S1): their own are theirs, and
 * those of others are as if there were none, wherever in a request they are named.
 */
const server = await startTestServer()
const { as, services } = server
const { db } = services.database
const { actors, addFresh } = await createScene(server)
const cases = casesOf((await as('GET', '/api/openapi.json')).json<Document>())
const about = cases.filter(({ slots }) => slots.length > 0)

before(async () => {
  const at = new Date(server.clock.nowMs - 60_000).toISOString()
  const sensors = await db.selectFrom('sensor').select('id').execute()
  const readings = sensors.map(({ id }) => ({ sensor_id: id, timestamp: at, value: 1 }))
  assert.equal((await as('POST', '/api/sensors/data', { readings })).statusCode, 200)
})

const isAllowed = (who: Who, { operation }: Case): boolean => {
  const access = accessOf.get(operation)
  return access !== undefined && mayDo[access].includes(who)
}

/** Asks, and notes where the answer holds something that they must not hear of; what they said themselves may be. */
async function asked({ as: who, hidden }: Actor, one: Case, things: Things, wrong: string[]) {
  const sent = one.request(things)
  const answer = await ask(who, sent)
  let heard = answer.rawPayload.toString('latin1')
  for (const slot of one.slots) heard = heard.replaceAll(String(things[slot]), '')
  // Counts and bytes, which may be any number.
  if (sent.url === '/metrics') heard = heard.replace(/ \S+$/gm, '')
  for (const pattern of hidden) {
    const told = pattern.exec(heard)?.[0]
    if (told !== undefined) wrong.push(`${sent.method} ${sent.url} tells ${told}`)
  }
  if (answer.statusCode >= 500) wrong.push(`${sent.method} ${sent.url} answered ${answer.statusCode}`)
  return answer
}

test('there is something of each kind to ask for, in paths, queries and bodies', () => {
  const slots = new Set(about.flatMap((one) => one.slots))
  assert.deepEqual([...slots].sort(), Object.keys(missing).sort())
  assert.ok(about.length > 50, String(about.length))
})

test('an administrator sees the things of both buildings, so the names that are looked for would be found', async () => {
  let heard = ''
  for (const one of cases.filter(({ operation }) => operation.startsWith('GET '))) {
    for (const things of [actors.manager.home, actors.elsewhere.home, ...actors.tenant.foreign])
      heard += (await asked(actors.administrator, one, things, [])).body
  }
  for (const { hidden } of Object.values(actors)) for (const pattern of hidden) assert.match(heard, pattern)
  for (const what of ['key', 'start', 'note', 'declarer', 'kind', 'plan', 'motion'])
    assert.match(heard, new RegExp(`curlew[-/]${what}`))
})

const short = (told: object): string => JSON.stringify(told).slice(0, 400)

/** Of a building as a whole, and so not of somebody who sees one floor. */
const ofWhole = new Set<Slot>(['gateway', 'key', 'buildingName'])

for (const who of everybody) {
  const actor = actors[who]

  test(`${who}: may do what their role says with things in scope`, async () => {
    const wrong: string[] = []
    for (const one of about.filter((each) => isAllowed(who, each))) {
      if (who === 'tenant' && one.slots.some((slot) => ofWhole.has(slot))) continue
      // Of elsewhere there is one building, which others are asked for as well.
      if (who === 'elsewhere' && !one.operation.startsWith('GET ')) continue
      const things = who.includes('gateway') || who === 'elsewhere' ? actor.home : await addFresh(actor.userId)
      const { statusCode, body } = await asked(actor, one, things, wrong)
      const expected = otherwise[one.operation]
      const fits = expected === undefined ? statusCode >= 200 && statusCode < 300 : statusCode === expected
      if (!fits) wrong.push(`${one.operation} answered ${statusCode}: ${body.slice(0, 300)}`)
    }
    assert.deepEqual(wrong, [])
  })

  test(`${who}: lists, files and everything else hold nothing that is out of scope`, async () => {
    const wrong: string[] = []
    for (const one of cases.filter(({ operation }) => operation.startsWith('GET ')))
      await asked(actor, one, actor.home, wrong)
    assert.deepEqual(wrong, [])
  })

  test(`${who}: a thing out of scope is answered as one that is not there, wherever it is named`, async () => {
    const contents = await contentsOf(db)
    const wrong: string[] = []
    for (const one of about) {
      for (const foreign of actor.foreign) {
        const of = one.slots.filter((slot) => foreign[slot] !== actor.home[slot])
        // One by one among their own, and all at once.
        for (const slots of of.length > 1 ? [...of.map((slot) => [slot]), of] : [of]) {
          if (slots.length === 0) continue
          const put = (from: Things): Things => ({
            ...actor.home,
            ...Object.fromEntries(slots.map((slot) => [slot, from[slot]])),
          })
          const theirs = await asked(actor, one, put(foreign), wrong)
          const none = await asked(actor, one, put(missing), wrong)
          const what = `${one.operation}, ${slots.join(' and ')} of others: ${one.request(put(foreign)).url}`
          const [told, toldOfNone] = [comparable(theirs, foreign, slots), comparable(none, missing, slots)]
          if (!isDeepStrictEqual(told, toldOfNone))
            wrong.push(`${what} answered ${short(told)}, not ${short(toldOfNone)}`)
          const inPath = slots.some((slot) => one.inPath.includes(slot))
          if (inPath && isAllowed(who, one) && theirs.statusCode !== 404) wrong.push(`${what}: ${theirs.statusCode}`)
        }
      }
    }
    assert.deepEqual(wrong, [])
    assert.equal(await contentsOf(db), contents, 'nothing has changed')
  })
}
