import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createTestClock } from '#test'
import { type BuildingSum, createBuildingSums, type SeenBuilding, sumOf } from './building-sums.ts'
import type { SummedRow } from './overview-store.ts'

const clock = createTestClock()
const minuteMs = 60_000

/** What is stored, by floor; changed at will, and told or not. */
interface Sensor {
  buildingId: number
  floorId: number
  type: string
  intervalS: number
  atMs: number | null
}
const floorsOf: Record<number, number[]> = { 1: [11, 12], 2: [21], 3: [] }
const seen: SeenBuilding[] = [
  { buildingId: 1, floorIds: null, withPresence: true },
  { buildingId: 1, floorIds: null, withPresence: false },
  { buildingId: 1, floorIds: [12], withPresence: true },
  { buildingId: 2, floorIds: null, withPresence: true },
  { buildingId: 3, floorIds: null, withPresence: true },
]

const ask = fc.record({ kind: fc.constant('ask' as const), of: fc.subarray(seen) })
const step = fc.oneof(
  { weight: 5, arbitrary: ask },
  fc.record({ kind: fc.constant('reading' as const), sensor: fc.nat(3) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 5_000, 3 * minuteMs) }),
  fc.record({ kind: fc.constant('registry' as const), sensor: fc.nat(3), type: fc.constantFrom('co2', 'motion') }),
)

test('sums are what adding up at that moment gives, and what did not change is not read again', async () => {
  let [reads, sums] = [0, 0]
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const sensors: Sensor[] = [11, 12, 12, 21].map((floorId, i) => {
        return { buildingId: i < 3 ? 1 : 2, floorId, type: i % 2 ? 'motion' : 'co2', intervalS: 60, atMs: null }
      })
      const rowsOf = (buildingIds: readonly number[], floorIds: readonly number[]): SummedRow[] =>
        Object.entries(floorsOf).flatMap(([building, floors]) =>
          floors
            .filter((floorId) => buildingIds.includes(Number(building)) || floorIds.includes(floorId))
            .flatMap((floorId) =>
              sensors
                .filter((one) => one.floorId === floorId)
                .map(({ type, intervalS, atMs }) => ({
                  building_id: Number(building),
                  floor_id: floorId,
                  sensor_type: type,
                  interval_s: intervalS,
                  admin_status: 'active',
                  at: atMs === null ? null : new Date(atMs),
                })),
            ),
        )
      const summed = async (buildingIds: readonly number[], floorIds: readonly number[]) => {
        reads += buildingIds.length + Number(floorIds.length > 0)
        return rowsOf(buildingIds, floorIds)
      }
      const remembered = createBuildingSums({ store: { summed }, clock, freshMs: 15_000 })
      const slowly = ({ buildingId, floorIds, withPresence }: SeenBuilding): BuildingSum =>
        sumOf(rowsOf(floorIds ? [] : [buildingId], floorIds ?? []), withPresence, clock.nowMs).sum
      for (const one of steps) {
        if (one.kind === 'wait') clock.nowMs += one.ms
        else if (one.kind === 'reading') {
          const sensor = sensors[one.sensor] as Sensor
          sensor.atMs = clock.nowMs
          remembered.drop(new Set([sensor.floorId]))
        } else if (one.kind === 'registry') {
          const sensor = sensors[one.sensor] as Sensor
          sensor.type = one.type
          remembered.clear()
        } else {
          assert.deepEqual(await remembered.get(one.of), one.of.map(slowly))
          sums += one.of.length
          const before = reads
          await remembered.get(one.of)
          assert.equal(reads, before)
        }
      }
    }),
    { numRuns: 300 },
  )
  assert.ok(reads < sums, `${reads} of ${sums}`)
})

test('what changes while it is read is read again', async () => {
  let at = new Date(clock.nowMs)
  let whileRead = (): void => {}
  const row = { building_id: 1, floor_id: 11, sensor_type: 'co2', interval_s: 60, admin_status: 'active' }
  const summed = async () => {
    const rows = [{ ...row, at }]
    whileRead()
    return rows
  }
  const remembered = createBuildingSums({ store: { summed }, clock, freshMs: 15_000 })
  const [first] = seen
  assert.ok(first)
  whileRead = () => {
    at = new Date(clock.nowMs + 1_000)
    remembered.drop(new Set([11]))
  }
  await remembered.get([first])
  whileRead = () => {}
  assert.deepEqual(
    (await remembered.get([first])).map(({ latest_timestamp }) => latest_timestamp),
    [at.toISOString()],
  )
})
