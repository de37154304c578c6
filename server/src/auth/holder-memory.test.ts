import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import type { NewApiKey } from '@plenum/contract'
import fc from 'fast-check'
import { connectDirectly } from '#platform'
import { create, createPerson, createSmallBuilding, startTestServer } from '#test'
import { createAccessChanges } from './access-changes.ts'
import { createAccessChangeStore } from './access-change-store.ts'
import { createHolderMemory } from './holder-memory.ts'
import { createHolderStore, type Holder, holderName } from './holder-store.ts'

const server = await startTestServer()
const { services, databaseUrl } = server
const { db } = services.database
const store = createHolderStore(db)
const changeStore = createAccessChangeStore(db)
const maxS = 30 * 86_400
const writers = await Promise.all([1, 2].map((n) => connectDirectly(databaseUrl, `writer ${n}`)))
after(() => Promise.all(writers.map((writer) => writer.end())))
const { building, floor } = await createSmallBuilding(server)

interface Watching {
  personId: string
  holders: Holder[]
}
async function watching(): Promise<Watching> {
  const person = await createPerson(server, { role: 'viewer', buildings: [building.id] })
  const session = await db.selectFrom('session').select('id').where('user_id', '=', person.id).executeTakeFirstOrThrow()
  const key = await create<NewApiKey>(person.as, '/api/keys', {})
  return { personId: person.id, holders: [{ sessionId: session.id }, { keyId: key.id }] }
}

/** Remembers as the application does, and counts what it looks up. */
function remembering(now?: () => number) {
  const looked: Holder[][] = []
  const memory = createHolderMemory({
    changes: createAccessChanges({ store: changeStore, maxAgeMs: 0 }),
    read: (holders) => {
      looked.push([...holders])
      return store.read(holders, maxS)
    },
    ...(now && { now }),
  })
  return { ...memory, looked }
}

const statements = [
  'update person set sees_presence = not sees_presence where id = $1',
  "update person set role = case role when 'viewer' then 'manager' else 'viewer' end where id = $1",
  'update person set disabled_at = case when disabled_at is null then now() end where id = $1',
  "update session set expires_at = now() - interval '1 second' where user_id = $1 and expires_at > now()",
  "update session set expires_at = now() + interval '1 hour' where user_id = $1",
  'delete from session where user_id = $1',
  "update api_key set actions = case when actions is null then '{read}'::text[] end where user_id = $1",
  "update api_key set expires_at = now() - interval '1 second' where user_id = $1",
  "update api_key set expires_at = now() + interval '1 hour' where user_id = $1",
  'delete from api_key where user_id = $1',
  'delete from person_scope where person_id = $1',
  `insert into person_scope (person_id, building_id, floor_id) values ($1, ${building.id}, ${floor.id}) on conflict do nothing`,
  'update session set last_used_at = now() where user_id = $1',
  'update api_key set last_used_at = now() where user_id = $1',
]
const person = fc.nat(1)
const writer = fc.nat(1)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      writer,
      person,
      statement: fc.constantFrom(...statements),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'rollback' as const), writer }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('look' as const), person: fc.option(person) }) },
)

test('who holds what, as it is remembered, is what the tables say, whatever is written in between', async (t) => {
  let [looks, lookedUp] = [0, 0]
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
      const people = await Promise.all([watching(), watching()])
      const memory = remembering()
      const open = [false, false]
      const lockedBy = new Map<number, number>()
      const end = async (n: number, how: 'commit' | 'rollback') => {
        if (open[n]) await writers[n]?.query(how)
        open[n] = false
        for (const [locked, by] of lockedBy) if (by === n) lockedBy.delete(locked)
      }
      const look = async (only: number | null) => {
        const asked = people.filter((_, i) => only === null || i === only).flatMap(({ holders }) => holders)
        const found = await memory.now(asked)
        const told = [...(await store.read(asked, maxS))].map(([name, one]) => [name, one.person] as const)
        assert.deepEqual(found, new Map(told))
        looks++
      }
      for (const one of steps) {
        if (one.kind === 'change') {
          // One would wait for the other.
          if ((lockedBy.get(one.person) ?? one.writer) !== one.writer) continue
          if (!open[one.writer]) await writers[one.writer]?.query('begin')
          open[one.writer] = true
          lockedBy.set(one.person, one.writer)
          await writers[one.writer]?.query(one.statement, [people[one.person]?.personId])
        } else if (one.kind === 'look') await look(one.person)
        else await end(one.writer, one.kind)
      }
      await end(0, 'commit')
      await end(1, 'commit')
      await look(null)
      lookedUp += memory.looked.length
    }),
    { numRuns: 40 },
  )
  t.diagnostic(`${looks} looks, ${lookedUp} at the tables`)
  assert.ok(lookedUp < looks)
})

test('the tables are asked of whom a change names, and of nobody else', async () => {
  const [one, two] = await Promise.all([watching(), watching()])
  const all = [...one.holders, ...two.holders]
  const memory = remembering()
  const first = await memory.now(all)
  assert.deepEqual([...first.keys()].sort(), all.map(holderName).sort())
  const again = await memory.now(all)
  assert.equal(memory.looked.length, 1)
  for (const [name, found] of again) assert.equal(found, first.get(name))

  await db.updateTable('person').set({ sees_presence: true }).where('id', '=', two.personId).execute()
  const changed = await memory.now(all)
  assert.deepEqual(memory.looked.slice(1), [two.holders])
  assert.deepEqual(
    all.map((holder) => changed.get(holderName(holder))?.seesPresence),
    [false, false, true, true],
  )
})

test('a session and a key end when their time is up, without a word from the database', async () => {
  const { personId, holders } = await watching()
  const at = new Date(Date.now() + 3_600_000)
  for (const table of ['session', 'api_key'] as const)
    await db.updateTable(table).set({ expires_at: at }).where('user_id', '=', personId).execute()
  let nowMs = Date.now()
  const memory = remembering(() => nowMs)
  assert.equal((await memory.now(holders)).size, 2)
  // Within what is remembered, so that the tables are not asked again.
  nowMs = at.getTime() - 1
  const late = remembering(() => nowMs)
  assert.equal((await late.now(holders)).size, 2)
  nowMs++
  assert.equal((await late.now(holders)).size, 0)
  assert.equal(late.looked.length, 1)
})

test('the longest life of a session ends it too', async () => {
  const { personId, holders } = await watching()
  const createdAt = new Date(Date.now() - (maxS - 60) * 1_000)
  await db.updateTable('session').set({ created_at: createdAt }).where('user_id', '=', personId).execute()
  let nowMs = Date.now()
  const memory = remembering(() => nowMs)
  assert.equal((await memory.now(holders)).size, 2)
  nowMs += 61_000
  assert.deepEqual([...(await memory.now(holders)).keys()], holders.slice(1).map(holderName))
  assert.equal(memory.looked.length, 1)
})

test('what is remembered for ten minutes is read again, with all that is half as old', async () => {
  const people = await Promise.all([1, 2, 3].map(watching))
  const [one, two, three] = people.map(({ holders }) => holders) as [Holder[], Holder[], Holder[]]
  let nowMs = Date.now()
  const memory = remembering(() => nowMs)
  await memory.now(one)
  nowMs += 240_000
  await memory.now([...one, ...two])
  nowMs += 300_000
  await memory.now([...one, ...two, ...three])
  assert.deepEqual(memory.looked, [one, two, [...three, ...one, ...two]])
  nowMs += 599_999
  await memory.now([...one, ...two, ...three])
  assert.equal(memory.looked.length, 3)
  nowMs++
  await memory.now([...one, ...two, ...three])
  assert.equal(memory.looked.length, 4)
})
