import assert from 'node:assert/strict'
import type { FloorDashboard, SensorType } from '@plenum/contract'
import { signIn } from './api-session.ts'
import { startChildServer } from './child-server.ts'
import { createFirstDesign } from './first-design-tables.ts'
import { type MeasuredSensor, registerBuilding } from './measured-building.ts'
import { kinds } from './minute-readings.ts'
import { postBatches } from './post-batches.ts'
import { collectRows, type ReadingRows } from './reading-rows.ts'
import { openReadingTable } from './reading-table.ts'
import { postRuns, runLines } from './run-lines.ts'
import { startServer } from './server-process.ts'
import { signInPeople } from './signed-in-people.ts'
import { closedUntilMs } from './simulated-building.ts'
import { createStatementCount, preloadStatementCount } from './statement-count.ts'
import type { Watcher } from './watching-users.ts'

const dayMs = 86_400_000
const chunkDays = 2
/** All sensors report within a minute, each once, some of them every second. */
const reportsEveryMs = 1_000

interface BuildingPlan {
  sensors: number
  sensorsPerFloor: number
  days: number
  everyS: number
  users: readonly number[]
}

export type MonitoredBuilding = Awaited<ReturnType<typeof openMonitoredBuilding>>

/** Floors of `sensorsPerFloor`, of a few kinds in turn. */
export const plannedSensors = (sensors: number, sensorsPerFloor: number): MeasuredSensor[] =>
  Array.from({ length: sensors }, (_, i) => {
    const sensor_type = kinds[i % kinds.length]?.type as SensorType
    return { sensor_key: `bench/${i}`, sensor_type, level: 1 + Math.floor(i / sensorsPerFloor) }
  })

/** In tenths, and never twice the same in a row. */
const valueOf = (sensor: number, at: number): number =>
  (kinds[sensor % kinds.length]?.low ?? 0) + ((sensor * 7 + at * 13) % 100) / 10

/** A server with a building whose closed days are stored, beside that the same readings as its first design kept them. */
export async function openMonitoredBuilding(asked: {
  dataDir: string
  plan: BuildingPlan
  profileDir: string | null
  say(progress: string): void
}) {
  const { dataDir, plan, profileDir, say } = asked
  say('starting the server')
  {
    await using first = await startServer({ profileDir: null, dataDir })
    const table = await openReadingTable(first.database)
    await preloadStatementCount(table.client)
    await table.close()
  }
  await using starting = new AsyncDisposableStack()
  const server = starting.use(await startServer({ profileDir, dataDir }))
  const table = await openReadingTable(server.database)
  starting.defer(table.close)
  const api = await signIn(server.port)
  const sensors = plannedSensors(plan.sensors, plan.sensorsPerFloor)
  const registered = await registerBuilding(api, { name: 'Bench', timezone: 'Asia/Tokyo', sensors, gateways: 1 })
  const { sensorIds, keys } = registered
  const floorIds = [...registered.floorIds.values()]
  const firstDesign = await createFirstDesign(table)
  const [building] = await api.list<{ id: number }>('/api/buildings')
  const cookies = await signInPeople(table.client, building?.id as number, Math.max(...plan.users))

  const toMs = closedUntilMs(Date.now())
  const fromMs = toMs - plan.days * dayMs
  let readings = 0
  for (let at = fromMs; at < toMs; at += chunkDays * dayMs) {
    say(`storing ${plan.days} days: ${(at - fromMs) / dayMs}`)
    const rows = rowsBetween(sensorIds, at, Math.min(toMs, at + chunkDays * dayMs), plan.everyS)
    readings += rows.length
    await postRuns(server.port, keys[0] as string, runLines(rows, at), rows.length)
    await firstDesign.add(rows)
  }
  say('indexing rows')
  await firstDesign.end()
  await table.checkpoint()
  const count = await createStatementCount(table.client)
  const startFirstDesign = () => startChildServer(new URL('./first-design.ts', import.meta.url), server.database)
  await assertSame()
  let reported = 0
  const running = starting.move()

  /** Both say the same of every floor. */
  async function assertSame(): Promise<void> {
    await using other = await startFirstDesign()
    for (const floorId of floorIds) {
      const ours = await api.get<FloorDashboard>(`/api/dashboard/floor/${floorId}`)
      const answer = await fetch(`http://127.0.0.1:${other.port}/dashboard/floor/${floorId}`)
      const theirs = (await answer.json()) as {
        sensors: { id: number; latest_value: number; latest_timestamp: string }[]
      }
      const newest = ours.sensors.map(({ sensor_id: id, latest_value, latest_timestamp }) => {
        return { id, latest_value, latest_timestamp }
      })
      assert.equal(newest.length, plan.sensorsPerFloor)
      assert.deepEqual(
        newest.toSorted((a, b) => a.id - b.id),
        theirs.sensors.map(({ id, latest_value, latest_timestamp }) => ({ id, latest_value, latest_timestamp })),
      )
    }
  }

  return {
    server,
    table,
    firstDesign,
    startFirstDesign,
    count,
    floorIds,
    readings,

    watchers: (users: number): Watcher[] =>
      cookies.slice(0, users).map((cookie, i) => {
        return { cookie, path: `/api/dashboard/floor/${floorIds[i % floorIds.length]}` }
      }),

    /** Each sensor once a minute, as time passes. */
    async report(forMs: number): Promise<void> {
      const perBatch = Math.max(1, Math.round((sensorIds.length * reportsEveryMs) / 60_000))
      const bodies = Array.from({ length: Math.ceil(forMs / reportsEveryMs) })
        .values()
        .map(() => {
          const atMs = Date.now()
          const batch = Array.from({ length: perBatch }, () => {
            // One of every floor in turn.
            const turn = reported++
            const sensor = (turn * plan.sensorsPerFloor + Math.floor(turn / floorIds.length)) % sensorIds.length
            return {
              sensor_id: sensorIds[sensor],
              timestamp: new Date(atMs).toISOString(),
              value: valueOf(sensor, Math.floor(atMs / 1_000)),
            }
          })
          return Buffer.from(JSON.stringify({ readings: batch }))
        })
      await postBatches(server.port, keys, bodies, reportsEveryMs)
    },

    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Minute after minute, as they would have come in. */
function rowsBetween(sensorIds: readonly number[], fromMs: number, toMs: number, everyS: number): ReadingRows {
  const { add, rows } = collectRows()
  for (let atMs = fromMs; atMs < toMs; atMs += everyS * 1_000)
    sensorIds.forEach((id, sensor) => add(id, atMs, valueOf(sensor, atMs / 60_000), false))
  return rows()
}
