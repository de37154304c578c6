import { type BuildingsDashboard, type SensorType, staleAfterIntervals } from '@plenum/contract'
import { LRUCache } from 'lru-cache'
import { showsKind } from '#auth'
import type { Clock } from '#platform'
import { sensorStatus } from './sensor-status.ts'
import type { OverviewStore, SummedRow } from './overview-store.ts'

/** A building as somebody sees it. */
export interface SeenBuilding {
  buildingId: number
  /** null: all of them. */
  floorIds: readonly number[] | null
  withPresence: boolean
}

type Row = BuildingsDashboard['buildings'][number]
export type BuildingSum = Pick<Row, 'floors' | 'sensors' | 'withheld' | 'status' | 'latest_timestamp'>

interface Remembered {
  sum: BuildingSum
  floorIds: ReadonlySet<number>
  /** Until then time alone changes nothing: in milliseconds since 1970. */
  holdsUntilMs: number
}

/** Pure. @param rows of one building */
export function sumOf(rows: readonly SummedRow[], withPresence: boolean, nowMs: number): Remembered {
  const status = { ok: 0, stale: 0, silent: 0, disabled: 0 }
  let [withheld, latestMs, holdsUntilMs] = [0, -Infinity, Infinity]
  for (const { sensor_type, admin_status, interval_s: intervalS, at } of rows) {
    if (sensor_type === null) continue
    if (!showsKind(sensor_type as SensorType, withPresence)) {
      withheld++
      continue
    }
    const readMs = at?.getTime() ?? null
    const is = sensorStatus({ disabled: admin_status === 'disabled', intervalS, latestMs: readMs }, nowMs)
    status[is]++
    if (readMs === null) continue
    latestMs = Math.max(latestMs, readMs)
    if (is === 'ok') holdsUntilMs = Math.min(holdsUntilMs, readMs + staleAfterIntervals * intervalS * 1_000)
  }
  const floorIds = new Set(rows.map(({ floor_id }) => floor_id))
  const sensors = status.ok + status.stale + status.silent + status.disabled
  const latest_timestamp = latestMs === -Infinity ? null : new Date(latestMs).toISOString()
  return { sum: { floors: floorIds.size, sensors, withheld, status, latest_timestamp }, floorIds, holdsUntilMs }
}

const keyOf = ({ buildingId, floorIds, withPresence }: SeenBuilding): string =>
  `${buildingId} ${floorIds?.join() ?? 'all'} ${withPresence}`

/**
 * What buildings add up to, each remembered until something in it changes: of a hundred buildings of which one reports,
 * one is read. All that are missing are read by one statement.
 */
export function createBuildingSums({
  store,
  clock,
  freshMs,
}: {
  store: Pick<OverviewStore, 'summed'>
  clock: Clock
  freshMs: number
}) {
  const timed = { ttl: freshMs, ttlResolution: 0, perf: { now: () => clock.now() } }
  const known = new LRUCache<string, Remembered>({ max: 5_000, ...timed })
  let changes = 0

  const read = async (missing: readonly SeenBuilding[]): Promise<Map<string, Remembered>> => {
    const [nowMs, before] = [clock.now(), changes]
    const whole = missing.filter(({ floorIds }) => floorIds === null).map(({ buildingId }) => buildingId)
    const rows = await store.summed(
      whole,
      missing.flatMap(({ floorIds }) => floorIds ?? []),
    )
    const byBuilding = Map.groupBy(rows, ({ building_id }) => building_id)
    const sumOfSeen = ({ buildingId, floorIds, withPresence }: SeenBuilding) => {
      const own = byBuilding.get(buildingId) ?? []
      return sumOf(floorIds ? own.filter(({ floor_id }) => floorIds.includes(floor_id)) : own, withPresence, nowMs)
    }
    const found = new Map(missing.map((seen) => [keyOf(seen), sumOfSeen(seen)]))
    // What changed while it was read may or may not be in it.
    if (before === changes) for (const [key, sum] of found) known.set(key, sum)
    return found
  }

  return {
    /** In the order asked for. */
    async get(asked: readonly SeenBuilding[]): Promise<BuildingSum[]> {
      const nowMs = clock.now()
      const held = asked.map((seen) => {
        const found = known.get(keyOf(seen))
        return found && found.holdsUntilMs >= nowMs ? found.sum : null
      })
      const missing = asked.filter((_, i) => held[i] === null)
      const found = missing.length > 0 ? await read(missing) : new Map<string, Remembered>()
      return asked.map((seen, i) => held[i] ?? (found.get(keyOf(seen)) as Remembered).sum)
    },
    drop(floorIds: ReadonlySet<number>): void {
      changes++
      for (const [key, sum] of known.entries()) if ([...floorIds].some((id) => sum.floorIds.has(id))) known.delete(key)
    },
    clear(): void {
      changes++
      known.clear()
    },
  }
}
