import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BuildingDashboard, SensorType } from '@plenum/contract'
import { kindColumns, placeOn } from './kind-columns.ts'

const floor = (...kinds: [SensorType, min: number, max: number][]) =>
  ({
    kinds: kinds.map(([sensor_type, min, max]) => ({
      sensor_type,
      unit: '',
      count: 1,
      avg: (min + max) / 2,
      min,
      max,
    })),
  }) as BuildingDashboard['floors'][number]

test('the four first quantities are shown, whatever the order they come in', () => {
  const floors = [
    floor(['noise', 1, 2], ['power', 5, 9], ['humidity', 40, 50]),
    floor(['co2', 400, 900], ['temperature', 20, 22]),
  ]
  assert.deepEqual(
    kindColumns(floors).map(({ kind }) => kind),
    ['temperature', 'co2', 'humidity', 'power'],
  )
})

test('missing ones make room for others, but not for counters and states', () => {
  assert.deepEqual(
    kindColumns([floor(['energy', 1, 2], ['contact', 0, 1], ['noise', 30, 50], ['co2', 400, 600])]).map(
      ({ kind }) => kind,
    ),
    ['co2', 'noise'],
  )
})

test('floors share one scale, and power starts at zero', () => {
  const [temperature, power] = kindColumns([
    floor(['temperature', 20, 22], ['power', 500, 900]),
    floor(['temperature', 18, 21], ['power', 100, 300]),
  ])
  assert.deepEqual(temperature, { kind: 'temperature', low: 18, high: 22 })
  assert.deepEqual(power, { kind: 'power', low: 0, high: 900 })
})

test('a kind of which only the average is told counts with it', () => {
  const occupancy = { ...floor(['occupancy', 4, 6]).kinds[0], min: null, max: null }
  const floors = [{ ...floor(), kinds: [occupancy] }, floor(['occupancy', 1, 3])] as Parameters<typeof kindColumns>[0]
  assert.deepEqual(kindColumns(floors), [{ kind: 'occupancy', low: 1, high: 5 }])
})

test('a place is within the scale, also when there is only one value', () => {
  const column = { kind: 'co2' as const, low: 400, high: 800 }
  assert.equal(placeOn(column, 500), 0.25)
  assert.equal(placeOn(column, 900), 1)
  assert.equal(kindColumns([floor(['co2', 400, 400])])[0]?.high, 401)
})
