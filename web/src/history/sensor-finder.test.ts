import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sensor, SensorType } from '@plenum/contract'
import { findSensors, groupByFloor, suggestionsFor } from './sensor-finder.ts'

const sensor = (id: number, floor_id: number, sensor_type: SensorType, name: string) =>
  ({ id, floor_id, sensor_type, name, sensor_key: `demo/${id}`, status: 'active' }) as Sensor
const sensors = [
  sensor(1, 3, 'co2', 'Room 10'),
  sensor(2, 3, 'temperature', 'Room 10'),
  sensor(3, 3, 'temperature', 'Room 9'),
  sensor(4, 2, 'power', 'Board'),
]

test('every word must be found, in name, key, kind or floor', () => {
  const ids = (query: string) =>
    findSensors(sensors, query, ({ sensor_type }) => `${sensor_type} 3F`).map(({ id }) => id)
  assert.deepEqual(ids('room co2'), [1])
  assert.deepEqual(ids('ＲＯＯＭ 9'), [3])
  assert.deepEqual(ids('demo/4'), [4])
  assert.deepEqual(ids(''), [1, 2, 3, 4])
})

test('by floor, then by kind, names with numbers in their order', () => {
  const floors = [
    { id: 3, name: '3F' },
    { id: 2, name: '2F' },
    { id: 1, name: '1F' },
  ]
  const [third, second] = groupByFloor(sensors, floors, 'en')
  assert.deepEqual(
    third?.kinds.map(({ kind, sensors: own }) => [kind, own.map(({ name }) => name)]),
    [
      ['temperature', ['Room 9', 'Room 10']],
      ['co2', ['Room 10']],
    ],
  )
  assert.equal(second?.count, 1)
})

test('a floor’s temperatures are suggested first', () => {
  assert.deepEqual(suggestionsFor(sensors, 3, 1), [
    { kind: 'temperature', sensorIds: [2] },
    { kind: 'co2', sensorIds: [1] },
  ])
})
