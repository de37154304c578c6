import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sensorKinds } from '@plenum/contract'
import fc from 'fast-check'
import { demoBuilding } from './demo-building.ts'
import { dayMs, hourMs, minuteMs } from './local-time.ts'
import { createSimulation, openedAtMs, type SimulatedReading, type Simulation } from './simulation.ts'

/** Two storeys are enough to show what holds for all. */
const smallPlan = (timezone = 'Asia/Tokyo') => {
  const plan = demoBuilding()
  plan.floors = plan.floors.slice(1, 3)
  plan.building.timezone = timezone
  return plan
}
const simulation = createSimulation({ plan: smallPlan(), seed: 5 })
const latestMs = Date.UTC(2027, 0, 1)
const instant = fc.integer({ min: openedAtMs - dayMs, max: latestMs })
const length = fc.integer({ min: 0, max: 40 * minuteMs })

const all = (of: Simulation, fromMs: number, toMs: number, resolutionS = 0): SimulatedReading[] => [
  ...of.readings({ fromMs, toMs, resolutionS }),
]

test('asking in two pieces gives the same readings as asking in one', () => {
  fc.assert(
    fc.property(instant, length, length, fc.constantFrom(0, 60, 300), (a, first, second, resolutionS) => {
      const b = a + first
      const c = b + second
      assert.deepEqual(
        [...all(simulation, a, b, resolutionS), ...all(simulation, b, c, resolutionS)],
        all(simulation, a, c, resolutionS),
      )
    }),
    { numRuns: 60 },
  )
})

test('a restarted simulation reads on bit for bit, whatever it was asked before, in any zone', () => {
  const zones = ['Asia/Tokyo', 'Europe/Berlin', 'America/New_York']
  const warm = new Map(zones.map((zone) => [zone, createSimulation({ plan: smallPlan(zone), seed: 5 })]))
  fc.assert(
    fc.property(instant, fc.constantFrom(...zones), (atMs, zone) => {
      const fresh = createSimulation({ plan: smallPlan(zone), seed: 5 })
      assert.deepEqual(
        all(fresh, atMs, atMs + 2 * minuteMs),
        all(warm.get(zone) as Simulation, atMs, atMs + 2 * minuteMs),
      )
    }),
    { numRuns: 12 },
  )
})

test('another seed is another life', () => {
  const other = createSimulation({ plan: smallPlan(), seed: 6 })
  const fromMs = Date.UTC(2026, 4, 12, 3)
  assert.notDeepEqual(all(other, fromMs, fromMs + minuteMs), all(simulation, fromMs, fromMs + minuteMs))
})

test('every reading is finite, plausible, rounded to its sensor and on a whole second in order', () => {
  const kindOf = new Map(simulation.sensors.map((sensor) => [sensor.sensor_key, sensorKinds[sensor.sensor_type]]))
  fc.assert(
    fc.property(instant, (fromMs) => {
      let lastMs = fromMs
      for (const { sensor_key, atMs, value } of all(simulation, fromMs, fromMs + 30 * minuteMs)) {
        const kind = kindOf.get(sensor_key) as (typeof sensorKinds)['co2' | 'contact']
        assert.ok(value >= kind.plausible.min && value <= kind.plausible.max, `${sensor_key}: ${value}`)
        assert.equal(Number(value.toFixed(kind.digits)), value)
        assert.ok(atMs >= lastMs && atMs < fromMs + 30 * minuteMs && atMs % 1000 === 0)
        lastMs = atMs
      }
    }),
    { numRuns: 40 },
  )
})

test('counters never fall, over days and however far apart they are read', () => {
  const counters = simulation.sensors.filter((sensor) => sensorKinds[sensor.sensor_type].behaviour === 'counter')
  assert.ok(counters.length >= 4)
  fc.assert(
    fc.property(instant, fc.integer({ min: 0, max: 30 * dayMs }), (atMs, later) => {
      for (const { sensor_key } of counters) {
        assert.ok(simulation.valueAt(sensor_key, atMs + later) >= simulation.valueAt(sensor_key, atMs))
      }
    }),
  )
  const last = new Map<string, number>()
  const fromMs = Date.UTC(2026, 9, 10)
  for (const { sensor_key, value } of all(simulation, fromMs, fromMs + 3 * dayMs, 60)) {
    if (!counters.some((sensor) => sensor.sensor_key === sensor_key)) continue
    assert.ok(value >= (last.get(sensor_key) ?? 0), sensor_key)
    last.set(sensor_key, value)
  }
})

test('the energy counter rises by what the power sensors of the floor add up to', () => {
  const fromMs = Date.UTC(2026, 6, 14, 15)
  let joules = 0
  for (const { sensor_key, value } of all(simulation, fromMs, fromMs + dayMs)) {
    if (sensor_key.startsWith('demo/2F/power-')) joules += value * 10
  }
  const metered =
    simulation.valueAt('demo/2F/energy-1', fromMs + dayMs) - simulation.valueAt('demo/2F/energy-1', fromMs)
  assert.ok(Math.abs(joules / 3.6e6 / metered - 1) < 0.01, `${joules / 3.6e6} kWh summed, ${metered} metered`)
})

test('coarse readings are readings of the full stream, one a sensor and period', () => {
  const fromMs = Date.UTC(2026, 3, 7, 1)
  const toMs = fromMs + hourMs
  const key = (reading: SimulatedReading): string => JSON.stringify(reading)
  const full = new Set(all(simulation, fromMs, toMs).map(key))
  for (const resolutionS of [60, 300]) {
    const coarse = all(simulation, fromMs, toMs, resolutionS)
    assert.equal(coarse.length, (60 * 3600) / resolutionS)
    assert.ok(coarse.every((reading) => full.has(key(reading))))
  }
})

test('each gateway sends its own sensors and nothing is sent twice', () => {
  const whole = createSimulation({ plan: demoBuilding(), seed: 5 })
  const fromMs = Date.UTC(2026, 3, 7, 1)
  const keys = ['demo-gateway-1', 'demo-gateway-2'].map((gateway) =>
    [...whole.readings({ fromMs, toMs: fromMs + minuteMs, resolutionS: 60, gateway })].map((one) => one.sensor_key),
  )
  assert.deepEqual(
    keys.map((list) => new Set(list).size),
    [150, 150],
  )
  assert.equal(new Set(keys.flat()).size, 300)
})

test('nothing is read before the building was opened', () => {
  assert.deepEqual(all(simulation, openedAtMs - dayMs, openedAtMs), [])
})

test('a working week looks like one: CO2 rises by day and falls by night, rooms stay comfortable', () => {
  const value = (key: string, at: string): number => simulation.valueAt(`demo/3F/${key}`, Date.parse(at))
  assert.ok(value('co2-2', '2026-01-21T11:30:00+09:00') > value('co2-2', '2026-01-21T05:00:00+09:00') + 150)
  assert.ok(value('co2-2', '2026-01-21T05:00:00+09:00') < 560)
  for (const day of ['2026-01-21', '2026-05-20', '2026-08-05', '2026-11-18']) {
    const temperature = value('temp-4', `${day}T14:00:00+09:00`)
    assert.ok(temperature > 20 && temperature < 27.5, `${day}: ${temperature}`)
    assert.ok(value('power-1', `${day}T14:00:00+09:00`) > 3 * value('power-1', `${day}T03:00:00+09:00`))
  }
})
