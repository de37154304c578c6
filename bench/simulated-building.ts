import { sensorKinds } from '@plenum/contract'
import { createSimulation, demoBuilding } from '@plenum/simulator'
import type { ApiSession } from './api-session.ts'
import { registerBuilding } from './measured-building.ts'
import { collectRows, type ReadingRows } from './reading-rows.ts'

const dayMs = 86_400_000
/** The building stands in Tokyo, which has no daylight saving time. */
export const timezone = 'Asia/Tokyo'
const aheadOfUtcMs = 9 * 3_600_000
/** A day is sealed two hours after its end; an hour more, so that no run comes into the middle of that. */
const closedAfterMs = 3 * 3_600_000

/** The latest local midnight whose day before is closed for good. */
export const closedUntilMs = (nowMs: number): number =>
  Math.floor((nowMs - closedAfterMs + aheadOfUtcMs) / dayMs) * dayMs - aheadOfUtcMs

export type SimulatedBuilding = Awaited<ReturnType<typeof simulateBuilding>>

/**
 * Floors of the simulator's building, registered. The simulator says what its sensors read, second by second.
 * @param name also what its sensor keys begin with
 */
export async function simulateBuilding(
  api: ApiSession,
  { name, levels, gateways }: { name: string; levels: number; gateways: number },
) {
  const plan = demoBuilding()
  plan.floors = plan.floors.slice(0, levels)
  const sensors = plan.floors.flatMap(({ level, sensors: onFloor }) =>
    onFloor.map(({ sensor_key, sensor_type }) => ({ sensor_key, sensor_type, level })),
  )
  const registered = await registerBuilding(api, {
    name,
    timezone,
    gateways,
    sensors: sensors.map((sensor) => ({ ...sensor, sensor_key: `${name}/${sensor.sensor_key}` })),
  })
  const simulation = createSimulation({ plan, seed: 1 })
  const sensorOf = new Map(
    sensors.map(({ sensor_key, sensor_type }, i) => {
      return [sensor_key, { id: registered.sensorIds[i] as number, ...sensorKinds[sensor_type].plausible }]
    }),
  )
  return {
    ...registered,
    /** @param resolutionS 0: as often as each sensor reports */
    readings(fromMs: number, toMs: number, resolutionS: number): ReadingRows {
      const { add, rows } = collectRows()
      for (const { sensor_key, atMs, value } of simulation.readings({ fromMs, toMs, resolutionS })) {
        const { id, min, max } = sensorOf.get(sensor_key) as { id: number; min: number; max: number }
        add(id, atMs, value, value < min || value > max)
      }
      return rows()
    },
    typeOf: new Map(sensors.map(({ sensor_type }, i) => [registered.sensorIds[i] as number, sensor_type])),
  }
}
