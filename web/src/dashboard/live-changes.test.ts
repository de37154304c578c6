import assert from 'node:assert/strict'
import test from 'node:test'
import type { BuildingDashboard, BuildingsDashboard, FloorDashboard } from '@plenum/contract'
import { withBuildings, withFloors, withReadings } from './live-changes.ts'

const sensor = (sensor_id: number, latest_value: number) => ({ sensor_id, name: `s${sensor_id}`, latest_value })

test('readings change their sensors, and leave the others the very same objects', () => {
  const body = { withheld: 2, sensors: [sensor(1, 10), sensor(2, 20)] } as unknown as FloorDashboard
  const reading = {
    sensor_id: 2,
    latest_value: 21,
    latest_timestamp: '2026-11-23T10:00:00.000Z',
    status: 'ok',
    quality: 'good',
  } as const
  const next = withReadings(body, [reading, { ...reading, sensor_id: 9 }])
  assert.equal(next.sensors[0], body.sensors[0])
  assert.deepEqual(next.sensors[1], { name: 's2', ...reading })
  assert.equal(next.sensors.length, 2)
  assert.equal(next.withheld, 2)
})

test('floors take the place of what they were', () => {
  const body = { floors: [{ id: 1 }, { id: 2, sensors: 3 }] } as unknown as BuildingDashboard
  const [changed] = [{ id: 2, sensors: 4 }] as unknown as BuildingDashboard['floors']
  assert.ok(changed)
  const next = withFloors(body, [changed])
  assert.equal(next.floors[0], body.floors[0])
  assert.deepEqual(next.floors[1], changed)
})

test('buildings take the place of what they were; one that nobody knows is left aside', () => {
  const body = { more: true, buildings: [{ id: 1 }, { id: 2, sensors: 3 }] } as unknown as BuildingsDashboard
  const changed = [
    { id: 2, sensors: 4 },
    { id: 9, sensors: 1 },
  ] as unknown as BuildingsDashboard['buildings']
  const next = withBuildings(body, changed)
  assert.equal(next.buildings[0], body.buildings[0])
  assert.deepEqual(next, { more: true, buildings: [{ id: 1 }, { id: 2, sensors: 4 }] })
})
