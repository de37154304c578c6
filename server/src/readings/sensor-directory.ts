import { LRUCache } from 'lru-cache'
import { can, type Principal } from '#auth'
import type { KnownSensor, Registry } from '#registry'
import type { SensorLookup } from './batch.ts'

export type SensorDirectory = ReturnType<typeof createSensorDirectory>

type Sensors = Registry['remembered']['sensors']
type Copy = NonNullable<ReturnType<Sensors['held']>>

/** Sensors by id and by key, remembered until they are changed: a gateway names the same ones every minute. */
export function createSensorDirectory({
  sensors,
  sensorsByKey,
}: Pick<Registry['remembered'], 'sensors' | 'sensorsByKey'>) {
  /** Copies of `sensors`, which say themselves when they are void. */
  const byKey = new LRUCache<string, Copy>({ max: 200_000 })

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
      const isLive = sensors.liveNow()
      let missed = false
      let found = 0
      const noted = (copy: Copy | undefined) => {
        if (!isLive(copy)) {
          missed = true
          return undefined
        }
        found++
        return mine(copy.value)
      }
      return {
        byId: (id) => noted(sensors.held(id)),
        byKey: (key) => noted(byKey.get(key)),
        missed() {
          sensors.count(found)
          return missed
        },
      }
    },

    /**
     * Looks up all that a batch names, in one query for those not remembered.
     * @param sender as above
     */
    async lookup(named: { ids: Set<number>; keys: Set<string> }, sender: Principal): Promise<SensorLookup> {
      // Held by the batch itself, so that nothing can expire between the question and the answer.
      const ids = new Map<number, KnownSensor>()
      const keys = new Map<string, KnownSensor>()
      const isLive = sensors.liveNow()
      const unknownKeys: string[] = []
      for (const key of named.keys) {
        const copy = byKey.get(key)
        if (isLive(copy)) keys.set(key, copy.value)
        else unknownKeys.push(key)
      }
      const [found, foundByKey] = await Promise.all([
        sensors.getMany([...named.ids]),
        unknownKeys.length > 0 ? sensorsByKey(unknownKeys) : [],
      ])
      for (const [id, { value }] of found) ids.set(id, value)
      for (const sensor of foundByKey) keys.set(sensor.key, sensor)
      for (const sensor of [...ids.values(), ...foundByKey]) {
        const copy = sensors.held(sensor.id)
        if (copy) byKey.set(copy.value.key, copy)
      }
      const mine = visibleTo(sender)
      return { byId: (id) => mine(ids.get(id)), byKey: (key) => mine(keys.get(key)) }
    },
  }
}
