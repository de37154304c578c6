import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Position, sensorKinds, sensorTypes } from '@plenum/contract'
import { outlineShare } from './building-plan.ts'
import { demoBuilding } from './demo-building.ts'
import { demoFaults } from './demo-faults.ts'
import { withFaults } from './faults.ts'
import { createSimulation } from './simulation.ts'

const plan = demoBuilding()
const sensors = plan.floors.flatMap((floor) => floor.sensors)

/** Even-odd rule. */
const inside = ({ x, y }: Position, outline: Position[]): boolean =>
  outline.filter((a, i) => {
    const b = outline[(i + 1) % outline.length] as Position
    return a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x
  }).length %
    2 ===
  1

test('the demo has ten floors of thirty sensors, every kind among them, no key twice', () => {
  assert.deepEqual(
    plan.floors.map((floor) => [floor.level, floor.sensors.length]),
    Array.from({ length: 10 }, (_, i) => [i + 1, 30]),
  )
  assert.equal(new Set(sensors.map((sensor) => sensor.sensor_key)).size, 300)
  assert.deepEqual(new Set(sensors.map((sensor) => sensor.sensor_type)), new Set(sensorTypes))
  for (const { sensor_type, unit } of sensors) assert.equal(unit, sensorKinds[sensor_type].unit)
})

test('every sensor stands in its zone, and no two of a floor at the same place', () => {
  for (const floor of plan.floors) {
    const names = floor.sensors.map((sensor) => sensor.name)
    assert.equal(new Set(names).size, names.length)
    const places = floor.sensors.map(({ position }) => `${position.x} ${position.y}`)
    assert.equal(new Set(places).size, places.length)
    for (const sensor of floor.sensors) {
      const zone = floor.zones.find(({ name }) => name === sensor.zone)
      assert.ok(zone && inside(sensor.position, zone.outline), sensor.sensor_key)
    }
  }
})

test('the zones of a floor fill it without overlapping', () => {
  for (const floor of plan.floors) {
    const share = floor.zones.reduce((sum, zone) => sum + outlineShare(zone.outline), 0)
    assert.ok(share <= 1 + 1e-9 && share > 0.95, `${floor.name}: ${share}`)
  }
})

test('every sensor is sent by a gateway of the plan', () => {
  const gateways = new Set(plan.gateways.map(({ name }) => name))
  for (const { gateway } of sensors) assert.ok(gateways.has(gateway))
})

test('on every floor something is due at least every two seconds', () => {
  const simulation = createSimulation({ plan, seed: 1 })
  const fromMs = Date.UTC(2026, 10, 24, 3)
  for (const floor of plan.floors) {
    const own = new Set(floor.sensors.map((sensor) => sensor.sensor_key))
    const instants = [...simulation.readings({ fromMs, toMs: fromMs + 60_000 })]
      .filter(({ sensor_key }) => own.has(sensor_key))
      .map(({ atMs }) => atMs)
    const pauses = instants.slice(1).map((atMs, i) => atMs - (instants[i] as number))
    assert.ok(Math.max(...pauses) <= 2000, `${floor.name}: ${Math.max(...pauses)} ms`)
  }
})

test('the demo plan may be changed by the caller without changing the next one', () => {
  const mine = demoBuilding()
  mine.floors.length = 0
  assert.equal(demoBuilding().floors.length, 10)
})

test('the faults of the demo strike sensors that exist', () => {
  withFaults(createSimulation({ plan, seed: 1 }), demoFaults(Date.UTC(2026, 10, 23)))
})
