import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createSmallBuilding, send, startTestServer } from '#test'

const server = await startTestServer()

/** Small on purpose, so that readings meet: `slot` is a time, `bad` what spoils a reading. */
interface Sent {
  sensor: 0 | 1
  slot: number
  value: number
  bad: 'value' | 'sensor' | 'time' | null
}

const sent = fc.record<Sent>({
  sensor: fc.constantFrom(0, 1),
  slot: fc.nat(5),
  value: fc.constantFrom(-0, 0, 1, 20.5, -300),
  bad: fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, fc.constantFrom('value', 'sensor', 'time')),
})
const batches = fc.array(fc.array(sent, { maxLength: 12 }), { minLength: 1, maxLength: 5 })

type Building = Awaited<ReturnType<typeof createSmallBuilding>>
type Table = Map<string, number>

const slotMs = 1_000
const atMs = (slot: number): number => server.clock.nowMs - slot * slotMs
const sensorOf = (building: Building, { sensor }: Sent) => (sensor === 0 ? building.temperature : building.co2)
const identityOf = (building: Building, one: Sent) => `${sensorOf(building, one).id}/${atMs(one.slot)}`

const readingOf = (building: Building, one: Sent) => ({
  sensor_id: one.bad === 'sensor' ? 2_000_000_000 : sensorOf(building, one).id,
  timestamp: one.bad === 'time' ? 'yesterday' : new Date(atMs(one.slot)).toISOString(),
  value: one.bad === 'value' ? null : one.value,
})

/** What the answer to a batch must be, and the table after it: one reading after the other, into a Map. */
function take(table: Table, building: Building, batch: readonly Sent[]) {
  const answer = { stored: 0, duplicates: 0, rejected: 0 }
  for (const one of batch) {
    const identity = identityOf(building, one)
    if (one.bad !== null) answer.rejected++
    else if (table.get(identity) === one.value) answer.duplicates++
    else {
      table.set(identity, one.value)
      answer.stored++
    }
  }
  return answer
}

async function tableOf({ temperature, co2 }: Building): Promise<Table> {
  const rows = await server.services.database.db
    .selectFrom('reading')
    .select(['sensor_id', 'at', 'value'])
    .where('sensor_id', 'in', [temperature.id, co2.id])
    .execute()
  return new Map(rows.map(({ sensor_id, at, value }) => [`${sensor_id}/${at.getTime()}`, value]))
}

const inOrder = (table: Table) =>
  [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, value + 0])

async function post(building: Building, batch: readonly Sent[]) {
  const answer = await building.asGateway('POST', '/api/sensors/data', {
    readings: batch.map((one) => readingOf(building, one)),
  })
  assert.ok(answer.statusCode === 200 || answer.statusCode === 422, answer.body)
  const { stored, duplicates, rejected } = answer.json<{ stored: number; duplicates: number; rejected: number }>()
  return { stored, duplicates, rejected }
}

test('batches of repeats, replacements and bad readings give the answers and the table of a Map', async () => {
  const building = await createSmallBuilding(server)
  const table: Table = new Map()
  await fc.assert(
    fc.asyncProperty(batches, async (stream) => {
      for (const batch of stream) assert.deepEqual(await post(building, batch), take(table, building, batch))
      assert.deepEqual(inOrder(await tableOf(building)), inOrder(table))
    }),
    { numRuns: 60 },
  )
})

test('two senders of the same readings at once, each in its own order, store each of them once', async () => {
  const round = fc.tuple(
    fc.uniqueArray(fc.tuple(fc.constantFrom<0 | 1>(0, 1), fc.nat(40)), { selector: String, maxLength: 60 }),
    fc.integer(),
  )
  const building = await createSmallBuilding(server)
  let value = 0
  await fc.assert(
    fc.asyncProperty(round, async ([identities, seed]) => {
      // Another value each time, so that each reading is stored once more and sent twice.
      value++
      const batch = identities.map(([sensor, slot]): Sent => ({ sensor, slot, value, bad: null }))
      const shuffled = fc.sample(fc.shuffledSubarray(batch, { minLength: batch.length }), { numRuns: 1, seed })[0] ?? []
      const answers = await Promise.all([
        post(building, batch),
        post(building, shuffled),
        post(building, batch.toReversed()),
      ])
      assert.equal(
        answers.reduce((sum, { stored }) => sum + stored, 0),
        batch.length,
      )
      assert.equal(
        answers.reduce((sum, { duplicates }) => sum + duplicates, 0),
        2 * batch.length,
      )
    }),
    { numRuns: 60 },
  )
})

test('senders that replace the same readings at once: each count is right, and a value of one of them stays', async () => {
  const building = await createSmallBuilding(server)
  await fc.assert(
    fc.asyncProperty(batches, batches, async (mine, theirs) => {
      const before = await tableOf(building)
      const sender = async (stream: Sent[][]) => {
        let changes = 0
        for (const batch of stream) {
          const { stored, duplicates, rejected } = await post(building, batch)
          assert.equal(stored + duplicates + rejected, batch.length)
          assert.equal(rejected, batch.filter(({ bad }) => bad !== null).length)
          changes += stored
        }
        return changes
      }
      const [a, b] = await Promise.all([sender(mine), sender(theirs)])
      const after = await tableOf(building)
      for (const [identity, value] of after) {
        const lastOf = (stream: Sent[][]) =>
          stream.flat().findLast((one) => one.bad === null && identityOf(building, one) === identity)?.value
        // Whoever came last left its last value; where nobody sent any, the old one is still there.
        const candidates = [lastOf(mine), lastOf(theirs)].filter((last) => last !== undefined)
        if (candidates.length === 0) candidates.push(before.get(identity) as number)
        assert.ok(
          candidates.some((candidate) => candidate === value),
          `${value} is none of ${candidates.join()}`,
        )
      }
      const changed = [...after].filter(([identity, value]) => before.get(identity) !== value).length
      assert.ok(a + b >= changed, 'more changed than was counted as stored')
    }),
    { numRuns: 40 },
  )
})

test('10,000 readings over a day, shuffled and doubled, make the table that they make in order (B4)', async () => {
  const [orderly, shuffled] = [await createSmallBuilding(server), await createSmallBuilding(server)]
  const dayMs = 86_400_000
  const readings = (building: Building) =>
    Array.from({ length: 10_000 }, (_, i) => ({
      sensor_id: i % 2 === 0 ? building.temperature.id : building.co2.id,
      timestamp: new Date(server.clock.nowMs - dayMs + Math.floor((i * dayMs) / 10_000)).toISOString(),
      value: (i * 7919) % 1_000,
    }))
  assert.equal((await send(orderly.asGateway, readings(orderly))).stored, 10_000)

  const doubled = [...readings(shuffled), ...readings(shuffled)]
  const mixed = fc.sample(fc.shuffledSubarray(doubled, { minLength: doubled.length }), { numRuns: 1, seed: 7 })[0] ?? []
  const answers = await Promise.all(
    [0, 5_000, 10_000, 15_000].map((from) => send(shuffled.asGateway, mixed.slice(from, from + 5_000))),
  )
  const sum = (field: 'stored' | 'duplicates') => answers.reduce((total, answer) => total + answer[field], 0)
  assert.deepEqual([sum('stored'), sum('duplicates')], [10_000, 10_000])

  const valuesOf = async (building: Building) =>
    [...(await tableOf(building))].map(([identity, value]) => {
      const [id, at] = identity.split('/').map(Number)
      return `${id === building.temperature.id ? 'temperature' : 'co2'} ${at} ${value}`
    })
  assert.deepEqual((await valuesOf(shuffled)).sort(), (await valuesOf(orderly)).sort())
})
