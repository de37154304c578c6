import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sensor, SensorType } from '@plenum/contract'
import { guttersOf, panelHeight, panelsOf, tracesOf } from './panels.ts'

const sensor = (id: number, sensor_type: SensorType, unit = 'x') =>
  ({ id, sensor_type, unit, floor_id: 1, name: `S${id}` }) as Sensor
const sensors = new Map(
  [
    sensor(1, 'power', 'W'),
    sensor(2, 'temperature', 'degC'),
    sensor(3, 'temperature', 'degF'),
    sensor(4, 'energy', 'kWh'),
    sensor(5, 'contact'),
  ].map((one) => [one.id, one]),
)
const traces = (...ids: number[]) => tracesOf(ids, sensors, new Map([[1, '1F']]))

test('a panel a quantity, an axis a unit, in an order that does not depend on the choice', () => {
  const panels = panelsOf(traces(5, 4, 3, 2, 1))
  assert.deepEqual(
    panels.map(({ kind, style, units }) => [kind, style, units.join()]),
    [
      ['temperature', 'lines', 'degF,degC'],
      ['power', 'lines', 'W'],
      ['energy', 'bars', 'kWh'],
      ['contact', 'states', 'x'],
    ],
  )
})

test('a colour belongs to the place in the choice; where it comes back in a panel, lines are dashed', () => {
  const many = new Map(
    Array.from({ length: 14 }, (_, index) => [index, sensor(index, index === 7 ? 'power' : 'co2')] as const),
  )
  const found = tracesOf([...many.keys()], many, new Map())
  const [sixth, seventh, other, ...rest] = found.slice(5)
  assert.deepEqual([sixth?.ink, sixth?.dash], [5, 0])
  assert.deepEqual([seventh?.ink, seventh?.dash], [0, 1])
  assert.deepEqual([other?.ink, other?.dash], [1, 0], 'alone in its panel')
  assert.deepEqual([rest[4]?.ink, rest[4]?.dash, rest[5]?.ink, rest[5]?.dash], [0, 2, 1, 1])
})

test('sensors that are not known are not drawn', () => {
  assert.equal(traces(1, 99).length, 1)
})

test('all panels leave the same room for axes', () => {
  assert.equal(guttersOf(panelsOf(traces(1, 2, 3)), false).axes, 56)
  assert.deepEqual(guttersOf(panelsOf(traces(1)), true), { left: 48, axes: 0, labels: 28 })
})

test('one chart is high, many are low, none is too low', () => {
  const [panel] = panelsOf(traces(1))
  assert.ok(panel)
  assert.equal(panelHeight(panel, 1, 900), 450)
  assert.equal(panelHeight(panel, 6, 900), 168)
})
