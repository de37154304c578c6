import type { Kysely } from 'kysely'
import { append } from '#audit'
import type { App, Clock, Tables } from '#platform'
import type { StoredReadings } from '#readings'
import { createAnswer, questionOf } from './answer.ts'
import { historyErrors } from './errors.ts'
import { existing, exportRoutes } from './export-routes.ts'
import { historyRoutes } from './routes.ts'
import { readSeries } from './series.ts'
import { createStore, type PastSensor } from './store.ts'

export type History = ReturnType<typeof createHistory>

/** The past, asked about. Reads only, so `db` and `stored` may be of a replica. */
export function createHistory({
  db,
  stored,
  clock,
  primary,
}: {
  db: Kysely<Tables>
  stored: StoredReadings
  clock: Clock
  /** Where it is noted who takes readings away. */
  primary: Kysely<Tables>
}) {
  const store = createStore(db)
  const answer = createAnswer({ stored, clock })

  const sensorOf = async (sensorId: number, signal: AbortSignal): Promise<PastSensor> => {
    const [sensor] = await existing(store, [sensorId], signal)
    return sensor as PastSensor
  }
  /** @throws history_floor_not_found, history_sensor_not_found where one that is named is elsewhere */
  const sensorsOf = async (
    floorId: number,
    { sensor_id, sensor_type }: { sensor_id?: number[]; sensor_type?: string[] },
    signal: AbortSignal,
  ): Promise<PastSensor[]> => {
    const sensors = await store.sensorsOfFloor(floorId, signal)
    if (sensors === null) throw historyErrors.history_floor_not_found()
    const ids = new Set(sensor_id)
    const types = new Set(sensor_type)
    for (const id of ids)
      if (!sensors.some(({ sensorId }) => sensorId === id))
        throw historyErrors.history_sensor_not_found(`Sensor ${id} is not on this floor.`)
    return sensors.filter(
      ({ sensorId, sensorType }) =>
        (ids.size === 0 || ids.has(sensorId)) && (types.size === 0 || types.has(sensorType)),
    )
  }

  return {
    routes(app: App): void {
      historyRoutes(app, {
        ofFloor: async (floorId, query, signal) => {
          const question = questionOf(`floor ${floorId}`, query)
          return answer(question, await sensorsOf(floorId, query, signal), query, signal)
        },
        ofSensor: async (sensorId, query, signal) => {
          const question = questionOf(`sensor ${sensorId}`, query)
          return answer(question, [await sensorOf(sensorId, signal)], query, signal)
        },
        series: async (sensorId, range, points, signal) =>
          readSeries(stored, await sensorOf(sensorId, signal), range, points, signal),
      })
      exportRoutes(app, { store, stored, note: (by, event) => append(primary, by, event) })
    },
  }
}
