import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DashboardSensor, Zone } from '@plenum/contract'
import { groupSensors } from './sensor-groups.ts'

const sensor = (sensor_id: number, name: string, zone_id: number | null, sensor_type = 'temperature') =>
  ({ sensor_id, name, zone_id, sensor_type }) as DashboardSensor

const zones = [
  { id: 1, name: 'Zone 10' },
  { id: 2, name: 'Zone 9' },
] as Zone[]

const sensors = [
  sensor(1, 'Room 10', 1),
  sensor(2, 'Room 2', 1, 'co2'),
  sensor(3, 'Room 2', 1),
  sensor(4, 'Lift', null),
  sensor(5, 'Hall', 2, 'co2'),
  sensor(6, 'Of a zone that is gone', 77),
]

const shape = (groups: ReturnType<typeof groupSensors>) =>
  groups.map(({ key, sensors: members }) => [key, members.map(({ sensor_id }) => sensor_id)])

test('zones stand by their numbers, sensors without a zone last', () => {
  assert.deepEqual(shape(groupSensors(sensors, 'zone', zones, 'en')), [
    ['zone-2', [5]],
    ['zone-1', [3, 2, 1]],
    ['zone-none', [4, 6]],
  ])
})

test('kinds stand in the order of the contract', () => {
  assert.deepEqual(shape(groupSensors(sensors, 'kind', zones, 'en')), [
    ['kind-temperature', [4, 6, 3, 1]],
    ['kind-co2', [5, 2]],
  ])
})

test('without groups there is one, and none for nothing', () => {
  assert.equal(groupSensors(sensors, 'none', zones, 'en').length, 1)
  assert.deepEqual(groupSensors([], 'none', zones, 'en'), [])
})
