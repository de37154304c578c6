import { type Principal, scopeOf, sees } from '#auth'
import { historyErrors } from './errors.ts'
import type { HistoryStore, PastSensor } from './store.ts'

export type ShownSensors = ReturnType<typeof createShownSensors>

/** Sensors whose readings are shown to whoever asks for them. */
export function createShownSensors(store: HistoryStore) {
  const isShown =
    (principal: Principal) =>
    ({ sensorType }: PastSensor): boolean =>
      sees(principal, sensorType)

  /** @throws presence_not_allowed where one that was asked for by name may not be seen */
  const refuseWithheld = (principal: Principal, asked: readonly PastSensor[]): void => {
    const withheld = asked.find((sensor) => !isShown(principal)(sensor))
    if (withheld)
      throw historyErrors.presence_not_allowed(
        `What sensor ${withheld.sensorId} reads tells of single people, and is shown with the permission for presence.`,
      )
  }

  return {
    /**
     * @returns each once, in order of id
     * @throws history_sensor_not_found where one of them is not there for them, presence_not_allowed
     */
    async byId(principal: Principal, ids: readonly number[], signal: AbortSignal): Promise<PastSensor[]> {
      const sensors = await store.sensors(scopeOf(principal), [...new Set(ids)], signal)
      const known = new Set(sensors.map(({ sensorId }) => sensorId))
      const missing = ids.find((id) => !known.has(id))
      if (missing !== undefined) throw historyErrors.history_sensor_not_found(`Sensor ${missing} does not exist.`)
      refuseWithheld(principal, sensors)
      return sensors
    },

    /**
     * Those of a floor, or of them those that are named; what is withheld is left out unless it is named.
     * @throws history_floor_not_found, history_sensor_not_found where one that is named is elsewhere,
     * presence_not_allowed
     */
    async ofFloor(
      principal: Principal,
      floorId: number,
      { sensor_id, sensor_type }: { sensor_id?: number[]; sensor_type?: string[] },
      signal: AbortSignal,
    ): Promise<PastSensor[]> {
      const sensors = await store.sensorsOfFloor(scopeOf(principal), floorId, signal)
      if (sensors === null) throw historyErrors.history_floor_not_found()
      const ids = new Set(sensor_id)
      const types = new Set(sensor_type)
      for (const id of ids)
        if (!sensors.some(({ sensorId }) => sensorId === id))
          throw historyErrors.history_sensor_not_found(`Sensor ${id} is not on this floor.`)
      const named = sensors.filter(({ sensorId }) => ids.has(sensorId))
      refuseWithheld(principal, named)
      return (ids.size > 0 ? named : sensors.filter(isShown(principal))).filter(
        ({ sensorType }) => types.size === 0 || types.has(sensorType),
      )
    },
  }
}
