import assert from 'node:assert/strict'
import test from 'node:test'
import type { AuditEntry, AuditFilters } from '@plenum/contract'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { sql } from 'kysely'
import { startTestServer } from '#test'
import { bySystem } from './by.ts'
import { appendEach, type Attributed } from './store.ts'

const { as, services } = await startTestServer()
const { db } = services.database
await services.audit.refusals.flush()

const name = fc.constantFrom(
  'Mina Sato',
  'ミナ',
  'Ｌａｂ 2',
  '100 %',
  'lab_2',
  'Straße',
  "=cmd'|calc",
  '-5',
  'Lab\n"2"',
)
const attributed: fc.Arbitrary<Attributed> = fc.record({
  by: fc.record({
    actor: fc.record({
      kind: fc.constantFrom('person' as const, 'gateway' as const, 'anonymous' as const),
      id: fc.option(fc.constantFrom('1', '2')),
      name: fc.option(name),
      email: fc.option(fc.constantFrom('mina@example.com', '@sum(a1)')),
    }),
    keyId: fc.option(fc.integer({ min: 1, max: 3 })),
    address: fc.option(fc.constantFrom('10.0.0.1', 'fe80::1')),
    userAgent: fc.option(fc.constantFrom('curl/8', '+1')),
    requestId: fc.option(fc.constantFrom('request-1', 'request-2')),
  }),
  event: fc.record({
    action: fc.constantFrom('zone.update' as const, 'sensor.update' as const, 'access.refused' as const),
    outcome: fc.constantFrom('done' as const, 'refused' as const),
    thing: fc.record({ kind: fc.constantFrom('zone', 'sensor'), id: fc.constantFrom(1, 2), name: fc.option(name) }),
    buildingId: fc.option(fc.constantFrom(1, 2)),
    before: fc.record({ name }),
    after: fc.record({ name, level: fc.integer() }),
  }),
})
const day = (days: number) => new Date(Date.UTC(2025, 0, 1 + days)).toISOString()
const filters: fc.Arbitrary<AuditFilters> = fc.record(
  {
    actor_id: fc.constantFrom('1', '2', '3'),
    actor_kind: fc.constantFrom('person' as const, 'gateway' as const),
    action: fc.constantFrom('zone.update', 'sensor.update'),
    thing_kind: fc.constantFrom('zone', 'sensor'),
    thing_id: fc.constantFrom('1', '2'),
    building_id: fc.constantFrom(1, 2),
    outcome: fc.constantFrom('done' as const, 'refused' as const),
    request_id: fc.constantFrom('request-1', 'request-2'),
    from: fc.nat(5).map(day),
    to: fc.nat(6).map(day),
    text: fc.constantFrom('mina', 'MINA sato', 'lab 2', 'lab_2', '%', 'ミナ', 'ﾐﾅ', 'example 10.0', 'nobody', 'straße'),
  },
  { requiredKeys: [] },
)

/** What fits, told filter by filter; newest first. */
const expected = (all: readonly AuditEntry[], query: AuditFilters): AuditEntry[] =>
  all
    .filter((entry) => {
      const names = [entry.actor.name, entry.actor.email, entry.thing.name, entry.address].join(' ')
      const plain = (text: string) => text.normalize('NFKC').toLowerCase()
      return (
        (query.actor_id === undefined || entry.actor.id === query.actor_id) &&
        (query.actor_kind === undefined || entry.actor.kind === query.actor_kind) &&
        (query.action === undefined || entry.action === query.action) &&
        (query.thing_kind === undefined || entry.thing.kind === query.thing_kind) &&
        (query.thing_id === undefined || entry.thing.id === query.thing_id) &&
        (query.building_id === undefined || entry.building_id === query.building_id) &&
        (query.outcome === undefined || entry.outcome === query.outcome) &&
        (query.request_id === undefined || entry.request_id === query.request_id) &&
        (query.from === undefined || entry.at >= query.from) &&
        (query.to === undefined || entry.at < query.to) &&
        (query.text === undefined ||
          plain(query.text)
            .split(' ')
            .every((word) => plain(names).includes(word)))
      )
    })
    .sort((a, b) => (a.at === b.at ? b.id - a.id : a.at < b.at ? 1 : -1))

const textOf = (query: object) =>
  new URLSearchParams(Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)]))).toString()
async function pageOf(query: object) {
  const answer = await as('GET', `/api/audit?${textOf(query)}`)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<{ items: AuditEntry[]; next_cursor: string | null }>()
}
/** Every page, with something new written between each two. */
async function follow(query: object, meanwhile: () => Promise<void> = async () => {}): Promise<AuditEntry[]> {
  const items: AuditEntry[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await pageOf({ ...query, ...(cursor && { cursor }) })
    items.push(...page.items)
    cursor = page.next_cursor
    await meanwhile()
  }
  return items
}

await appendEach(db, fc.sample(attributed, { numRuns: 400, seed: 4 }))
// What is written can't be changed, so the same is written once more, with six instants that many entries share.
await sql`
  insert into audit_entry (at, actor_kind, actor_id, actor_name, actor_email, key_id, action, outcome, times,
    thing_kind, thing_id, thing_name, building_id, address, user_agent, request_id, before, after, details, search_text)
  select ${day(0)}::timestamptz + id % 6 * interval '1 day', actor_kind, actor_id, actor_name, actor_email, key_id,
    action, outcome, times, thing_kind, thing_id, thing_name, building_id, address, user_agent, request_id, before,
    after, details, search_text
  from audit_entry`.execute(db)
const all = await follow({ limit: 1000 })

test('filters and pages answer what a plain list does, however large the page, while new entries come', async () => {
  assert.ok(all.length >= 800)
  await fc.assert(
    fc.asyncProperty(filters, fc.constantFrom(1, 2, 7, 100), async (query, limit) => {
      const fit = expected(all, query)
      // Only what is older than the first page is certain to be the same.
      const newest = Math.max(...all.map(({ id }) => id))
      const found = await follow({ ...query, limit }, () =>
        limit > 2
          ? appendEach(db, [{ by: bySystem('meanwhile'), event: { action: 'zone.update' } }])
          : Promise.resolve(),
      )
      assert.deepEqual(
        found.filter(({ id }) => id <= newest),
        fit,
      )
    }),
    { numRuns: 150 },
  )
})

test('the export has the same entries, cell by cell, and no formula (S7)', async () => {
  await fc.assert(
    fc.asyncProperty(filters, async (query) => {
      const answer = await as('GET', `/api/audit/export?${textOf(query)}`)
      assert.equal(answer.statusCode, 200, answer.body)
      assert.match(String(answer.headers['content-type']), /^text\/csv/)
      const rows = parse(answer.body, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[]
      const known = new Map(all.map((entry) => [entry.id, entry]))
      const found = rows.filter((row) => known.has(Number(row['id'])))
      const fit = expected(all, query)
      assert.deepEqual(
        found.map((row) => Number(row['id'])),
        fit.map(({ id }) => id),
      )
      const back = (cell: string | undefined) => (cell ?? '').replace(/^'(?=[=+\-@])/, '')
      found.forEach((row, i) => {
        const entry = fit[i] as AuditEntry
        for (const cell of Object.values(row)) assert.doesNotMatch(cell, /^[=+\-@]/)
        assert.equal(back(row['actor_name']), entry.actor.name ?? '')
        assert.equal(back(row['thing_name']), entry.thing.name ?? '')
        assert.equal(back(row['user_agent']), entry.user_agent ?? '')
        if (entry.after !== null) assert.deepEqual(JSON.parse(row['after'] as string), entry.after)
      })
    }),
    { numRuns: 40 },
  )
})

test('the export is itself an entry, with what was asked for', async () => {
  await as('GET', '/api/audit/export?thing_kind=zone&text=lab')
  const [entry] = (await pageOf({ action: 'audit.export', limit: 1 })).items
  assert.deepEqual(entry?.details, { thing_kind: 'zone', text: 'lab' })
  assert.equal(entry?.actor.name, 'Administrator')
})

test('a cursor of another list, an instant that is none and an unknown filter are refused', async () => {
  const { next_cursor } = (await as('GET', '/api/retention/log')).json<{ next_cursor: string | null }>()
  assert.equal(next_cursor, null)
  const bad = ['cursor=x', `cursor=${Buffer.from('["audit",1e300,1]').toString('base64url')}`, 'nothing=1']
  for (const query of [...bad, 'action=DROP', 'building_id=0', 'from=2025-01-01T23:59:60Z', 'limit=0', 'outcome=maybe'])
    assert.equal((await as('GET', `/api/audit?${query}`)).statusCode, 400, query)
  assert.equal((await as('GET', '/api/audit?from=2026-01-01T00:00:00Z&to=2025-01-01T00:00:00Z')).json().items.length, 0)
})
