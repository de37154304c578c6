import { sensorKinds } from '@plenum/contract'
import { dayMs } from './local-time.ts'
import { keyOf, uniformAt } from './random.ts'
import type { ReadingsRange, SimulatedReading, Simulation } from './simulation.ts'

/** What goes wrong; active in `[from, to)`, RFC 3339, null: without end. In the words of a `--faults` file. */
export type Fault = { from: string | null; to: string | null } & (
  | { kind: 'stuck'; sensor_key: string /** Default: what the sensor showed at `from`. */; value?: number }
  | { kind: 'drift'; sensor_key: string; per_day: number /** Largest error either way. */; limit?: number }
  | { kind: 'spike'; sensor_key: string; add: number /** Share of the readings hit, 0..1. */; share: number }
  | { kind: 'silent'; sensor_key: string }
  | { kind: 'gateway_silent'; gateway: string }
)

/** Where readings come from: the simulation, with or without faults. */
export type ReadingSource = Pick<Simulation, 'readings'>

/** The reading as the faulty sensor sends it; null: it sends nothing. */
type Distortion = (reading: SimulatedReading) => SimulatedReading | null

/** `number` tells the faults of a list apart where chance is needed. */
const distortionOf = (fault: Fault, number: number, simulation: Simulation): Distortion => {
  switch (fault.kind) {
    case 'silent':
    case 'gateway_silent':
      return () => null
    case 'stuck': {
      const held = fault.value ?? simulation.valueAt(fault.sensor_key, instantMs(fault.from, 0))
      return (reading) => ({ ...reading, value: held })
    }
    case 'drift': {
      const limit = fault.limit ?? Number.POSITIVE_INFINITY
      const sinceMs = instantMs(fault.from, 0)
      return (reading) => {
        const error = ((reading.atMs - sinceMs) / dayMs) * fault.per_day
        return { ...reading, value: reading.value + Math.max(-limit, Math.min(limit, error)) }
      }
    }
    case 'spike': {
      const key = keyOf(600, number)
      return (reading) =>
        uniformAt(key, reading.atMs / 1000) < fault.share ? { ...reading, value: reading.value + fault.add } : reading
    }
  }
}

const instantMs = (at: string | null, otherwise: number): number => (at === null ? otherwise : Date.parse(at))

/**
 * The readings as faulty sensors and gateways send them: a pure filter, so a fault does not change what other sensors
 * read, and the same fault gives the same readings in any run.
 */
export const withFaults = (simulation: Simulation, faults: Fault[]): ReadingSource => {
  const ofSensor = new Map<string, { fromMs: number; toMs: number; distort: Distortion }[]>()
  const digits = new Map(
    simulation.sensors.map((sensor) => [sensor.sensor_key, sensorKinds[sensor.sensor_type].digits]),
  )
  faults.forEach((fault, number) => {
    const one = {
      fromMs: instantMs(fault.from, Number.NEGATIVE_INFINITY),
      toMs: instantMs(fault.to, Number.POSITIVE_INFINITY),
      distort: distortionOf(fault, number, simulation),
    }
    const struck = simulation.sensors.filter((sensor) =>
      fault.kind === 'gateway_silent' ? sensor.gateway === fault.gateway : sensor.sensor_key === fault.sensor_key,
    )
    if (struck.length === 0) throw new Error(`fault ${number + 1} (${fault.kind}): no such sensor or gateway`)
    for (const { sensor_key } of struck) ofSensor.set(sensor_key, [...(ofSensor.get(sensor_key) ?? []), one])
  })

  return {
    *readings(range: ReadingsRange) {
      for (const reading of simulation.readings(range)) {
        const struck = ofSensor.get(reading.sensor_key)
        if (struck === undefined) {
          yield reading
          continue
        }
        let sent: SimulatedReading | null = reading
        for (const { fromMs, toMs, distort } of struck) {
          if (sent !== null && sent.atMs >= fromMs && sent.atMs < toMs) sent = distort(sent)
        }
        if (sent !== null) {
          // The faulty sensor still reports with its own resolution.
          const scale = 10 ** (digits.get(sent.sensor_key) ?? 0)
          yield { ...sent, value: Math.round(sent.value * scale) / scale }
        }
      }
    },
  }
}
