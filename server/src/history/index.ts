import type { Kysely } from 'kysely'
import { append } from '#audit'
import type { App, Clock, Tables } from '#platform'
import type { StoredReadings } from '#readings'
import { createAnswer, questionOf } from './answer.ts'
import { exportRoutes } from './export-routes.ts'
import { historyRoutes } from './routes.ts'
import { readSeries } from './series.ts'
import { createShownSensors } from './shown-sensors.ts'
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
  const shown = createShownSensors(createStore(db))
  const answer = createAnswer({ stored, clock })

  return {
    routes(app: App): void {
      historyRoutes(app, {
        ofFloor: async (principal, floorId, query, signal) => {
          const question = questionOf(`floor ${floorId}`, query)
          return answer(question, await shown.ofFloor(principal, floorId, query, signal), query, signal)
        },
        ofSensor: async (principal, sensorId, query, signal) => {
          const question = questionOf(`sensor ${sensorId}`, query)
          return answer(question, await shown.byId(principal, [sensorId], signal), query, signal)
        },
        series: async (principal, sensorId, { range, points }, signal) => {
          const [sensor] = await shown.byId(principal, [sensorId], signal)
          return readSeries(stored, sensor as PastSensor, range, points, signal)
        },
      })
      exportRoutes(app, { shown, stored, note: (by, event) => append(primary, by, event) })
    },
  }
}
