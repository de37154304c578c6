import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { connectDirectly } from '#platform'
import { createPerson, startTestServer } from '#test'
import { createAccessChanges } from './access-changes.ts'
import { createAccessChangeStore } from './access-change-store.ts'
import { createSessionStore } from './session-store.ts'

const server = await startTestServer()
const { services, databaseUrl } = server
const { db } = services.database
const store = createAccessChangeStore(db)
const sessions = createSessionStore(db)
const writers = await Promise.all([1, 2].map((n) => connectDirectly(databaseUrl, `writer ${n}`)))
after(() => Promise.all(writers.map((writer) => writer.end())))
const [writer] = writers as [(typeof writers)[number]]

const people = await Promise.all([1, 2, 3].map(() => createPerson(server, { role: 'viewer' })))
const hashOf = async (personId: string): Promise<string> =>
  (await db.selectFrom('session').select('token').where('user_id', '=', personId).executeTakeFirstOrThrow()).token
const hashes = await Promise.all(people.map(({ id }) => hashOf(id)))

/** Asks the tables, and tells how often and from where on. */
function counted() {
  const asked: (bigint | null)[] = []
  return {
    asked,
    since: (asOf: bigint | null) => {
      asked.push(asOf)
      return store.since(asOf)
    },
  }
}

test('what was read while a change was not yet committed is void after it', async () => {
  const changes = createAccessChanges({ store, maxAgeMs: 0 })
  const id = people[0]?.id ?? ''
  await writer.query('begin')
  await writer.query('update person set sees_presence = not sees_presence where id = $1', [id])
  // One that began later has ended already.
  await db.updateTable('person').set({ last_seen_at: sql`now()` }).where('id', '<>', id).execute()
  const early = await sessions.read(hashes[0] as string)
  assert.ok(early)
  await changes.known()
  assert.equal(changes.holds(id, early.readAsOf), true)
  await writer.query('commit')
  await changes.known()
  assert.equal(changes.holds(id, early.readAsOf), false)
  const late = await sessions.read(hashes[0] as string)
  assert.ok(late && late.person.seesPresence !== early.person.seesPresence)
  assert.equal(changes.holds(id, late.readAsOf), true)
})

const statements = [
  'update person set sees_presence = not sees_presence where id = $1',
  "update person set role = case role when 'viewer' then 'manager' else 'viewer' end where id = $1",
  'update person set disabled_at = case when disabled_at is null then now() end where id = $1',
  "update session set expires_at = expires_at - interval '1 second' where user_id = $1",
]
const step = fc.oneof(
  fc.record({
    kind: fc.constant('change' as const),
    writer: fc.nat({ max: 1 }),
    person: fc.nat({ max: 2 }),
    statement: fc.constantFrom(...statements),
  }),
  fc.record({ kind: fc.constantFrom('commit' as const, 'rollback' as const), writer: fc.nat({ max: 1 }) }),
  fc.record({ kind: fc.constant('read' as const), person: fc.nat({ max: 2 }) }),
  fc.record({ kind: fc.constant('look' as const) }),
)

test('what still counts of what is remembered is what the database would say, whatever is written in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
      const changes = createAccessChanges({ store, maxAgeMs: 0 })
      const remembered = new Map<number, NonNullable<Awaited<ReturnType<typeof sessions.read>>>[]>()
      const open = [false, false]
      const lockedBy = new Map<number, number>()
      const end = async (n: number, how: 'commit' | 'rollback') => {
        if (open[n]) await writers[n]?.query(how)
        open[n] = false
        for (const [person, by] of lockedBy) if (by === n) lockedBy.delete(person)
      }
      const look = async () => {
        await changes.known()
        for (const [person, found] of remembered) {
          const now = await sessions.read(hashes[person] as string)
          for (const { readAsOf, ...then } of found) {
            if (!changes.holds(then.person.userId, readAsOf)) continue
            const { readAsOf: _, ...fresh } = now ?? { readAsOf: 0n }
            assert.deepEqual(then, fresh)
          }
        }
      }
      for (const one of steps) {
        if (one.kind === 'change') {
          // One would wait for the other.
          if ((lockedBy.get(one.person) ?? one.writer) !== one.writer) continue
          if (!open[one.writer]) await writers[one.writer]?.query('begin')
          open[one.writer] = true
          lockedBy.set(one.person, one.writer)
          await writers[one.writer]?.query(one.statement, [people[one.person]?.id])
        } else if (one.kind === 'read') {
          const found = await sessions.read(hashes[one.person] as string)
          if (found) remembered.set(one.person, [...(remembered.get(one.person) ?? []), found])
        } else if (one.kind === 'look') await look()
        else await end(one.writer, one.kind)
      }
      await end(0, 'commit')
      await end(1, 'commit')
      await look()
    }),
    { numRuns: 60 },
  )
})

test('the database is asked once a second, by however many at once, and not where nobody asks', async () => {
  let nowMs = 1_000_000
  const counting = counted()
  const changes = createAccessChanges({ store: counting, maxAgeMs: 1_000, now: () => nowMs })
  const many = () => Promise.all(Array.from({ length: 100 }, () => changes.known()))
  await many()
  nowMs += 999
  await many()
  assert.equal(counting.asked.length, 1)
  nowMs += 1
  await many()
  assert.equal(counting.asked.length, 2)
  changes.expire()
  await many()
  assert.equal(counting.asked.length, 3)
})

test('who asks after a change waits for an answer that was asked for after it', async () => {
  const counting = counted()
  const changes = createAccessChanges({ store: counting, maxAgeMs: 1_000 })
  const first = changes.known()
  changes.expire()
  await Promise.all([first, changes.known(), changes.known()])
  assert.equal(counting.asked.length, 2)
})

test('after an hour, a sleep or a clock that was set back all of the last hour is asked for again', async () => {
  let nowMs = 10_000_000
  const counting = counted()
  const changes = createAccessChanges({ store: counting, maxAgeMs: 1_000, now: () => nowMs })
  for (const stepMs of [0, 2_000, 3_600_000, 2_000, -9_000_000]) {
    nowMs += stepMs
    await changes.known()
  }
  assert.deepEqual(
    counting.asked.map((asOf) => asOf === null),
    [true, false, true, false, true],
  )
})

test('a database that was restored from a backup is asked from the beginning', async () => {
  let ahead = 1_000_000n
  const asked: (bigint | null)[] = []
  const since = async (asOf: bigint | null) => {
    asked.push(asOf)
    const found = await store.since(asOf === null ? null : asOf - ahead)
    return { ...found, asOf: found.asOf + ahead }
  }
  const changes = createAccessChanges({ store: { since }, maxAgeMs: 0 })
  await changes.known()
  assert.equal(changes.timesRestored(), 0)
  ahead = 0n
  await changes.known()
  assert.equal(changes.timesRestored(), 1)
  assert.deepEqual(
    asked.map((asOf) => asOf === null),
    [true, false, true],
  )
})

test('an outage is told to who asks, and the next asks again', async () => {
  let away = true
  const outage = new Error('away')
  const since: typeof store.since = (asOf) => (away ? Promise.reject(outage) : store.since(asOf))
  const changes = createAccessChanges({ store: { since }, maxAgeMs: 1_000 })
  await assert.rejects(changes.known(), outage)
  away = false
  await changes.known()
})

test('when something was last used changes nothing, and what is a day old is dropped', async () => {
  const count = async () => (await sql<{ n: number }>`select count(*) as n from access_change`.execute(db)).rows[0]?.n
  const before = await count()
  await db.updateTable('session').set({ last_used_at: sql`now()` }).execute()
  await db.updateTable('person').set({ last_seen_at: sql`now()` }).execute()
  assert.equal(await count(), before)
  await db.updateTable('access_change').set({ at: sql`now() - interval '25 hours'` }).execute()
  await db
    .updateTable('person')
    .set({ name: 'Late' })
    .where('id', '=', people[0]?.id ?? '')
    .execute()
  await services.auth.dropExpiredSessions()
  assert.equal(await count(), 1)
})
