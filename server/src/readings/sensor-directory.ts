import type { SensorType } from '@plenum/contract'
import { LRUCache } from 'lru-cache'
import { can, type Principal } from '#auth'
import type { Registry } from '#registry'
import type { KnownSensor, SensorLookup } from './batch.ts'

export type SensorDirectory = ReturnType<typeof createSensorDirectory>

/** How long another instance may still see a sensor as it was before it was changed here. */
const rememberMs = 30_000

/** Sensors by id and by key, remembered: a gateway names the same ones every minute. */
export function createSensorDirectory(registry: Pick<Registry, 'sensorsNamed'>) {
  const byId = new LRUCache<number, KnownSensor>({ max: 200_000, ttl: rememberMs })
  const byKey = new LRUCache<string, KnownSensor>({ max: 200_000, ttl: rememberMs })
  let generation = 0

  /** Of a gateway it is asked with every reading, so there the one comparison that decides is made here. */
  const visibleTo = (sender: Principal) => {
    const buildingId = sender.kind === 'gateway' ? sender.buildingId : null
    return (sensor: KnownSensor | undefined) =>
      sensor && (sensor.buildingId === buildingId || (buildingId === null && can(sender, 'ingest', sensor)))
        ? sensor
        : undefined
  }

  return {
    /**
     * A lookup without waiting, among those remembered; `missed` tells afterwards whether it was asked for another.
     * @param sender sensors that they may not write to are unknown to them
     */
    remembered(sender: Principal): SensorLookup & { missed(): boolean } {
      const mine = visibleTo(sender)
      let missed = false
      const noted = (sensor: KnownSensor | undefined) => {
        if (!sensor) missed = true
        return mine(sensor)
      }
      return { byId: (id) => noted(byId.get(id)), byKey: (key) => noted(byKey.get(key)), missed: () => missed }
    },

    /**
     * Looks up all that a batch names, in one query for those not remembered.
     * @param sender as above
     */
    async lookup(named: { ids: Set<number>; keys: Set<string> }, sender: Principal): Promise<SensorLookup> {
      // Held by the batch itself, so that nothing can expire between the question and the answer.
      const ids = new Map<number, KnownSensor>()
      const keys = new Map<string, KnownSensor>()
      const keep = (sensor: KnownSensor) => {
        ids.set(sensor.id, sensor)
        keys.set(sensor.key, sensor)
      }
      const missing = { ids: [] as number[], keys: [] as string[] }
      for (const id of named.ids) {
        const sensor = byId.get(id)
        if (sensor) keep(sensor)
        else missing.ids.push(id)
      }
      for (const key of named.keys) {
        const sensor = byKey.get(key)
        if (sensor) keep(sensor)
        else missing.keys.push(key)
      }
      if (missing.ids.length + missing.keys.length > 0) {
        const asOf = generation
        for (const row of await registry.sensorsNamed(missing.ids, missing.keys)) {
          const sensor: KnownSensor = {
            id: row.id,
            key: row.sensor_key,
            buildingId: row.building_id,
            floorId: row.floor_id,
            sensorType: row.sensor_type as SensorType,
            timezone: row.timezone,
          }
          keep(sensor)
          // A change that came while the query ran would otherwise be remembered as it was before.
          if (asOf === generation) {
            byId.set(sensor.id, sensor)
            byKey.set(sensor.key, sensor)
          }
        }
      }
      const mine = visibleTo(sender)
      return { byId: (id) => mine(ids.get(id)), byKey: (key) => mine(keys.get(key)) }
    },

    /** The registry changed. */
    forget(): void {
      generation++
      byId.clear()
      byKey.clear()
    },
  }
}
