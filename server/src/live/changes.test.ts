import assert from 'node:assert/strict'
import test from 'node:test'
import type { BuildingDashboard, BuildingsDashboard, DashboardSensor, FloorDashboard } from '@plenum/contract'
import fc from 'fast-check'
import { changeOf } from './changes.ts'

/** Few values of each field, so that bodies are often alike. */
const reading = fc.record({
  status: fc.constantFrom('ok' as const, 'stale' as const),
  latest_value: fc.constantFrom(1, 2),
  latest_timestamp: fc.constantFrom('2026-11-23T10:00:00.000Z', '2026-11-23T10:01:00.000Z'),
  quality: fc.constantFrom('good' as const, 'suspect' as const),
})
const sensor = fc.record({ id: fc.constantFrom(1, 2, 3), name: fc.constantFrom('A', 'A', 'A', 'B'), reading })
const toSensor = ({ id, name, reading: read }: { id: number; name: string; reading: object }) =>
  ({
    sensor_id: id,
    sensor_key: `k${id}`,
    name,
    sensor_type: 'co2',
    unit: 'ppm',
    alert: null,
    ...read,
  }) as DashboardSensor
const floorBody = fc
  .record({
    sensors: fc.uniqueArray(sensor, { selector: ({ id }) => id, maxLength: 3 }),
    withheld: fc.constantFrom(0, 0, 0, 1),
    at: fc.constantFrom('a', 'b'),
  })
  .map(({ sensors, withheld, at }): FloorDashboard => {
    const floor = { id: 3, name: '3F', level: 3, building_id: 1, timezone: 'UTC' }
    return { floor, generated_at: at, withheld, sensors: sensors.map(toSensor) }
  })
const row = fc.record({ id: fc.constantFrom(1, 2, 3), sensors: fc.nat(2) }, { noNullPrototype: true })
const buildingBody = fc
  .record({
    floors: fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 3 }),
    name: fc.constantFrom('X', 'X', 'Y'),
  })
  .map(({ floors, name }) => {
    const building = { id: 1, name, timezone: 'UTC' }
    return { building, generated_at: 'a', floors } as unknown as BuildingDashboard
  })

test('a floor with a change applied is the next body, and the change holds nothing that is as it was', () => {
  let changes = 0
  fc.assert(
    fc.property(floorBody, floorBody, (before, after) => {
      const change = changeOf(before, after)
      const kept = ({ floor, withheld, sensors }: FloorDashboard) => [
        floor,
        withheld,
        sensors.map(({ sensor_id, name }) => [sensor_id, name]),
      ]
      if (change === null) return assert.notDeepEqual(kept(before), kept(after))
      assert.ok(change.event === 'readings')
      const told = new Map(change.data.map((one) => [one.sensor_id, one]))
      const sensors = before.sensors.map((one) => ({ ...one, ...told.get(one.sensor_id) }))
      assert.deepEqual({ ...before, sensors }, { ...after, generated_at: before.generated_at })
      const differ = before.sensors.filter((one, i) => JSON.stringify(one) !== JSON.stringify(after.sensors[i]))
      assert.equal(change.data.length, differ.length)
      changes++
    }),
    { numRuns: 2_000 },
  )
  assert.ok(changes > 50, String(changes))
})

test('the same of a building and its floors', () => {
  let changes = 0
  fc.assert(
    fc.property(buildingBody, buildingBody, (before, after) => {
      const change = changeOf(before, after)
      const ids = ({ building, floors }: BuildingDashboard) => [building, floors.map(({ id }) => id)]
      if (change === null) return assert.notDeepEqual(ids(before), ids(after))
      assert.ok(change.event === 'floors')
      const told = new Map(change.data.map((one) => [one.id, one]))
      assert.deepEqual(
        before.floors.map((one) => told.get(one.id) ?? one),
        after.floors,
      )
      changes++
    }),
    { numRuns: 2_000 },
  )
  assert.ok(changes > 50, String(changes))
})

const overviewBody = fc.record({
  buildings: fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 3 }),
  more: fc.constantFrom(false, false, false, true),
})

test('the same of all buildings', () => {
  let changes = 0
  fc.assert(
    fc.property(overviewBody, overviewBody, (one, next) => {
      const [before, after] = [one, next].map((body) => ({ ...body, generated_at: 'a' })) as unknown as [
        BuildingsDashboard,
        BuildingsDashboard,
      ]
      const change = changeOf(before, after)
      const kept = ({ buildings, more }: BuildingsDashboard) => [buildings.map(({ id }) => id), more]
      if (change === null) return assert.notDeepEqual(kept(before), kept(after))
      assert.ok(change.event === 'buildings')
      const told = new Map(change.data.map((building) => [building.id, building]))
      assert.deepEqual(
        before.buildings.map((building) => told.get(building.id) ?? building),
        after.buildings,
      )
      assert.ok(change.data.length <= before.buildings.length)
      changes++
    }),
    { numRuns: 2_000 },
  )
  assert.ok(changes > 50, String(changes))
})
