import type { BuildingPlan, SensorPlan } from './building-plan.ts'
import { createFloorLoads } from './floor-loads.ts'
import { createInstruments, type Instrument } from './instruments.ts'
import { createLocalTime, dayMs } from './local-time.ts'
import { createMeters } from './meters.ts'
import { createPresence } from './presence.ts'
import { keepRecent } from './recent.ts'
import type { Instant } from './spot.ts'
import { createWeather } from './weather.ts'
import { createAirDay, stepMs } from './zone-air.ts'
import { zonesOf } from './zone-kinds.ts'

/** The day the simulated building was handed over: its meters start at zero and nothing was read before. */
export const openedAtMs = Date.UTC(2024, 0, 1)

export interface SimulatedReading {
  sensor_key: string
  /** Milliseconds since 1970, always a whole second. */
  atMs: number
  value: number
}

export interface ReadingsRange {
  /** Half-open: `[fromMs, toMs)`. */
  fromMs: number
  toMs: number
  /** One reading a sensor in about so many seconds, each a reading of the full stream. Default: all. */
  resolutionS?: number
  /** Only the sensors of this gateway. Default: of all. */
  gateway?: string
}

export interface Simulation {
  sensors: SensorPlan[]
  /** Readings in order of time, made while they are asked for. */
  readings(range: ReadingsRange): Generator<SimulatedReading, void, undefined>
  /** What a sensor shows at a whole second, whether or not it is due. */
  valueAt(sensorKey: string, atMs: number): number
}

/** A sensor with its own second within the interval, so that not all report at once. */
interface Timed {
  sensor: SensorPlan
  read: Instrument
  phaseS: number
}

/**
 * Seconds of a floor's sensors within their intervals: those of one interval stand evenly apart, and each floor is
 * shifted by the golden section against the next, so that at any second few are due and on any floor soon one is.
 */
const phasesOf = (sensors: SensorPlan[], floor: number): number[] => {
  const count = new Map<number, number>()
  const numbers = sensors.map(({ interval_s }) => {
    const number = count.get(interval_s) ?? 0
    count.set(interval_s, number + 1)
    return number
  })
  return sensors.map(({ interval_s }, i) => {
    const share = (numbers[i] as number) / (count.get(interval_s) as number) + floor * 0.618034
    return Math.floor((share % 1) * interval_s)
  })
}

/**
 * The building as a function of (seed, time): whatever is asked, in whatever pieces, past or live, an instant always
 * reads the same. Nothing is carried from one call to the next but what was computed anyway.
 */
export const createSimulation = (options: { plan: BuildingPlan; seed: number }): Simulation => {
  const { plan, seed } = options
  const openedDay = openedAtMs / dayMs
  const localTime = createLocalTime(plan.building.timezone)
  const zones = zonesOf(plan, seed)
  // A month earlier, so that the first days have weather and people to warm up with.
  const weather = createWeather({ seed, site: plan.site, localTime, firstDay: openedDay - 30 })
  const presence = keepRecent(16, createPresence({ seed, plan, zones }))
  const airDay = keepRecent(4, createAirDay({ zones, localTime, weather, presence }))
  const floors = plan.floors.map((_, floor) => createFloorLoads({ seed, zones, floor }))
  const meters = createMeters({ floors, localTime, weather, openedDay })

  const timed: Timed[] = []
  plan.floors.forEach((floor, floorIndex) => {
    const firstIndex = timed.length
    const phases = phasesOf(floor.sensors, floorIndex)
    createInstruments({ seed, floorIndex, floor, zones, meters, firstIndex }).forEach((read, i) => {
      const sensor = floor.sensors[i] as SensorPlan
      timed.push({ sensor, read, phaseS: phases[i] as number })
    })
  })
  const byKey = new Map(timed.map((one) => [one.sensor.sensor_key, one]))

  const instantOf = (atS: number): Instant => {
    const atMs = atS * 1000
    const local = localTime(atMs)
    const utcDay = Math.floor(atMs / dayMs)
    const position = (atMs - utcDay * dayMs) / stepMs
    const step = Math.floor(position)
    return { atMs, atS, local, people: presence(local.day), air: airDay(utcDay), step, share: position - step }
  }

  /** Who is due: for each period, the sensors by their second in it. */
  const timetable = (resolutionS: number, gateway: string | undefined): { periodS: number; due: Timed[][] }[] => {
    const chosen = timed.filter(({ sensor }) => gateway === undefined || sensor.gateway === gateway)
    // A multiple of the interval, so that a coarse reading is one of the full stream.
    const periodOf = ({ sensor: { interval_s } }: Timed): number =>
      interval_s * Math.max(1, Math.round(resolutionS / interval_s))
    return [...Map.groupBy(chosen, periodOf)].map(([periodS, sensors]) => {
      const due = Array.from({ length: periodS }, (): Timed[] => [])
      for (const one of sensors) due[one.phaseS]?.push(one)
      return { periodS, due }
    })
  }

  return {
    sensors: timed.map(({ sensor }) => sensor),
    *readings({ fromMs, toMs, resolutionS = 0, gateway }) {
      const periods = timetable(resolutionS, gateway)
      const toS = Math.ceil(toMs / 1000)
      for (let atS = Math.ceil(Math.max(fromMs, openedAtMs) / 1000); atS < toS; atS++) {
        let now: Instant | undefined
        for (const { periodS, due } of periods) {
          for (const { sensor, read } of due[atS % periodS] as Timed[]) {
            now ??= instantOf(atS)
            yield { sensor_key: sensor.sensor_key, atMs: now.atMs, value: read(now) }
          }
        }
      }
    },
    valueAt: (sensorKey, atMs) => {
      const one = byKey.get(sensorKey)
      if (one === undefined) throw new Error(`no sensor "${sensorKey}" in the plan`)
      return one.read(instantOf(Math.floor(Math.max(atMs, openedAtMs) / 1000)))
    },
  }
}
