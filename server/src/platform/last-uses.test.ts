import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import fc from 'fast-check'
import { create, createPerson, quietLog, startTestServer } from '#test'
import { connectDirectly } from './database.ts'
import { createLastUses, type LastUse, writeLastUses } from './last-uses.ts'

const server = await startTestServer()
const { db } = server.services.database
const other = await connectDirectly(server.databaseUrl, 'another')
after(() => other.end())

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('use' as const), id: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 500 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('break' as const, 'mend' as const) }) },
)

test('what is written is the last use of each, whatever failed before, one statement at a time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      let nowMs = 1_000_000
      let isAway = false
      let running = 0
      const used = new Map<number, number>()
      const stored = new Map<number, number>()
      const write = async (uses: readonly LastUse<number>[]): Promise<void> => {
        assert.equal(++running, 1)
        assert.ok(uses.length > 0)
        const atMs = nowMs
        const failing = isAway
        await Promise.resolve()
        running--
        if (failing) throw new Error('away')
        for (const { id, agoMs } of uses) stored.set(id, atMs - agoMs)
      }
      // Nothing is written but when it is asked for: the timer is far away.
      const uses = createLastUses({ everyMs: 3_600_000, write, what: 'things', log: quietLog, now: () => nowMs })
      uses.note(0)
      await uses.flush()
      stored.clear()
      const asked: Promise<void>[] = []
      for (const one of steps) {
        if (one.kind === 'use') {
          uses.note(one.id)
          used.set(one.id, nowMs)
        } else if (one.kind === 'pass') nowMs += one.ms
        else if (one.kind === 'flush') asked.push(uses.flush())
        else isAway = one.kind === 'break'
        if (one.kind === 'pass') await Promise.all(asked)
      }
      await Promise.all(asked)
      isAway = false
      await uses.flush()
      assert.deepEqual([...stored].sort(), [...used].sort())
    }),
    { numRuns: 300 },
  )
})

test('the first use after a quiet time is written at once, those that follow together', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const written: number[][] = []
  const write = async (uses: readonly LastUse<number>[]) => void written.push(uses.map(({ id }) => id))
  const uses = createLastUses({ everyMs: 60_000, write, what: 'things', log: quietLog })
  uses.note(1)
  t.mock.timers.tick(0)
  await new Promise(setImmediate)
  assert.deepEqual(written, [[1]])
  for (const id of [2, 3, 2]) uses.note(id)
  t.mock.timers.tick(59_999)
  await new Promise(setImmediate)
  assert.deepEqual(written, [[1]])
  t.mock.timers.tick(1)
  await new Promise(setImmediate)
  assert.deepEqual(written, [[1], [2, 3]])
  await uses.flush()
  assert.equal(written.length, 2, 'nothing to write, nothing asked')
})

test('a use is written as it was, never back, and never waits for who holds the row', async () => {
  const people = await Promise.all([1, 2, 3].map(() => createPerson(server, { role: 'viewer' })))
  const ids = people.map(({ id }) => id)
  const seen = async () => {
    const rows = await db.selectFrom('person').select(['id', 'last_seen_at']).where('id', 'in', ids).execute()
    return ids.map((id) => rows.find((row) => row.id === id)?.last_seen_at?.getTime() ?? 0)
  }
  await server.services.people.flushLastSeen()
  const nowMs = Date.now()
  await db.updateTable('person').set({ last_seen_at: null }).where('id', 'in', ids).execute()
  await other.query('begin')
  await other.query('select from person where id = $1 for update', [ids[2]])
  await writeLastUses(db, 'person.last_seen_at', [
    { id: 'nobody', agoMs: 0 },
    ...ids.map((id) => ({ id, agoMs: 5_000 })),
  ])
  await other.query('commit')
  const [first = 0, second = 0, held] = await seen()
  assert.ok(Math.abs(first - (nowMs - 5_000)) < 4_000 && first === second)
  assert.equal(held, 0)
  await writeLastUses(db, 'person.last_seen_at', [{ id: ids[0] ?? '', agoMs: 60_000 }])
  assert.equal((await seen())[0], first)

  const { id: building_id } = await create(server.as, '/api/buildings', { name: 'one', timezone: 'UTC' })
  const gateway = await create(server.as, '/api/gateways', { building_id, name: 'G' })
  await writeLastUses(db, 'gateway.last_seen_at', [{ id: gateway.id, agoMs: 0 }])
  const row = await db.selectFrom('gateway').select('last_seen_at').where('id', '=', gateway.id).executeTakeFirst()
  assert.ok(row?.last_seen_at)
})
