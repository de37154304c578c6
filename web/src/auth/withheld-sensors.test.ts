import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Sensor, sensorTypes } from '@plenum/contract'
import { splitByPresence } from './withheld-sensors.ts'

const sensors = sensorTypes.map((sensor_type, id) => ({ id, sensor_type }) as Sensor)

test('motion and occupancy are set aside for who may not see presence, all else is shown', () => {
  const { shown, withheldById } = splitByPresence(sensors, false)
  assert.deepEqual(
    [...withheldById].map(([id, sensor]) => [id === sensor.id, sensor.sensor_type]),
    [
      [true, 'motion'],
      [true, 'occupancy'],
    ],
  )
  assert.deepEqual(
    shown,
    sensors.filter(({ id }) => !withheldById.has(id)),
  )
})

test('with the permission nothing is set aside', () => {
  assert.deepEqual(splitByPresence(sensors, true), { shown: sensors, withheldById: new Map() })
})
