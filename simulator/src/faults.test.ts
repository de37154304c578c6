import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { demoBuilding } from './demo-building.ts'
import { parseFaults } from './fault-file.ts'
import { type Fault, withFaults } from './faults.ts'
import { dayMs, hourMs, minuteMs } from './local-time.ts'
import { createSimulation, type SimulatedReading } from './simulation.ts'

const plan = demoBuilding()
plan.floors = plan.floors.slice(1, 2)
const simulation = createSimulation({ plan, seed: 2 })
const fromMs = Date.UTC(2026, 5, 10, 2)
const toMs = fromMs + hourMs
const from = new Date(fromMs + 20 * minuteMs).toISOString()
const to = new Date(fromMs + 40 * minuteMs).toISOString()
const window = { from, to }

const sent = (faults: Fault[], start = fromMs, end = toMs): SimulatedReading[] => [
  ...withFaults(simulation, faults).readings({ fromMs: start, toMs: end }),
]
const truth = sent([])
const of = (readings: SimulatedReading[], key: string) => readings.filter(({ sensor_key }) => sensor_key === key)
const strikes = ({ atMs }: SimulatedReading): boolean => atMs >= Date.parse(from) && atMs < Date.parse(to)

test('without faults the readings are those of the simulation', () => {
  assert.deepEqual(truth, [...simulation.readings({ fromMs, toMs })])
})

test('a silent sensor sends nothing in its window and everything else goes on', () => {
  const readings = sent([{ kind: 'silent', sensor_key: 'demo/2F/co2-1', ...window }])
  assert.deepEqual(
    readings,
    truth.filter((reading) => reading.sensor_key !== 'demo/2F/co2-1' || !strikes(reading)),
  )
})

test('a silent gateway silences all its sensors', () => {
  const readings = sent([{ kind: 'gateway_silent', gateway: 'demo-gateway-1', ...window }])
  assert.deepEqual(
    readings,
    truth.filter((reading) => !strikes(reading)),
  )
})

test('a stuck sensor holds what it showed when it got stuck, and recovers', () => {
  const key = 'demo/2F/power-1'
  const readings = of(sent([{ kind: 'stuck', sensor_key: key, ...window }]), key)
  const held = simulation.valueAt(key, Date.parse(from))
  assert.ok(readings.filter(strikes).every(({ value }) => value === held))
  assert.deepEqual(
    readings.filter((reading) => !strikes(reading)),
    of(truth, key).filter((reading) => !strikes(reading)),
  )
})

test('a drifting sensor is off by its rate times the time, up to its limit', () => {
  const key = 'demo/2F/co2-1'
  const since = new Date(fromMs - 10 * dayMs).toISOString()
  const drift = (limit?: number) =>
    of(
      sent([
        {
          kind: 'drift',
          sensor_key: key,
          per_day: 20,
          from: since,
          to: null,
          ...(limit === undefined ? {} : { limit }),
        },
      ]),
      key,
    )
  of(truth, key).forEach(({ value }, i) => {
    assert.ok(Math.abs((drift()[i]?.value as number) - value - 200) <= 2)
    assert.equal(drift(50)[i]?.value, value + 50)
  })
})

test('spikes hit about the share of readings asked for, the same ones every time', () => {
  const key = 'demo/2F/power-1'
  const fault: Fault = { kind: 'spike', sensor_key: key, add: 100_000, share: 0.1, from: null, to: null }
  const readings = of(sent([fault]), key)
  const hit = readings.filter(({ value }) => value > 90_000).length
  assert.ok(hit > 15 && hit < 60, `${hit} of ${readings.length}`)
  assert.deepEqual(of(sent([fault]), key), readings)
})

test('faulty readings too are the same in whatever pieces they are asked for', () => {
  const faults: Fault[] = [
    { kind: 'stuck', sensor_key: 'demo/2F/temp-1', ...window },
    { kind: 'spike', sensor_key: 'demo/2F/temp-2', add: 50, share: 0.2, from: null, to },
    { kind: 'drift', sensor_key: 'demo/2F/co2-1', per_day: 900, ...window },
  ]
  const whole = sent(faults)
  fc.assert(
    fc.property(fc.integer({ min: fromMs, max: toMs }), (cut) => {
      assert.deepEqual([...sent(faults, fromMs, cut), ...sent(faults, cut, toMs)], whole)
    }),
    { numRuns: 20 },
  )
})

test('a fault on a sensor that does not exist is refused', () => {
  assert.throws(() => sent([{ kind: 'silent', sensor_key: 'demo/2F/co3', from: null, to: null }]), /fault 1 \(silent\)/)
})

test('a file of faults is read, and what is wrong in it is named', () => {
  const fault = { kind: 'drift', sensor_key: 'demo/2F/co2-1', per_day: 3 }
  assert.deepEqual(parseFaults(JSON.stringify([fault])), [{ ...fault, from: null, to: null }])
  const refused: [object, RegExp][] = [
    [{ ...fault, kind: 'melted' }, /fault 1: kind must be one of stuck, drift/],
    [{ ...fault, kind: 'toString' }, /kind must be one of/],
    [{ ...fault, per_day: 'much' }, /per_day must be a number/],
    [{ ...fault, from: 'noon' }, /from must be a time or null/],
    [{ kind: 'silent' }, /sensor_key must be text/],
    [{ ...fault, perday: 3 }, /has no "perday"/],
  ]
  for (const [entry, message] of refused) assert.throws(() => parseFaults(JSON.stringify([entry])), message)
  assert.throws(() => parseFaults('{}'), /must be a JSON array/)
})
