import assert from 'node:assert/strict'
import { signIn } from './api-session.ts'
import { createHistoryClient } from './history-client.ts'
import { postBatches } from './post-batches.ts'
import type { ReadingRows } from './reading-rows.ts'
import { openReadingTable } from './reading-table.ts'
import { postRuns, runLines } from './run-lines.ts'
import { startServer } from './server-process.ts'
import { simulateBuilding } from './simulated-building.ts'

export type StoredFloor = Awaited<ReturnType<typeof openStoredFloor>>

/** A server of its own whose only building is one floor of the simulator's, with nothing stored yet. */
export async function openStoredFloor(profileDir: string | null) {
  await using starting = new AsyncDisposableStack()
  const server = starting.use(await startServer({ profileDir }))
  const table = await openReadingTable(server.database)
  starting.defer(table.close)
  const api = await signIn(server.port)
  const building = await simulateBuilding(api, { name: 'Bench', levels: 1, gateways: 1 })
  const history = createHistoryClient(server.port, api)
  const key = building.keys[0] as string
  const floorId = building.floorIds.get(1) as number
  const [sensorId] = building.sensorIds
  let lastMs = 0
  const running = starting.move()

  return {
    table,
    building,
    history,
    floorId,
    /** Readings of closed days, a line each day of a sensor. */
    add: (rows: ReadingRows, fromMs: number) => postRuns(server.port, key, runLines(rows, fromMs), rows.length),

    /** The floor's dashboard just after a new reading, so that no body is at hand. */
    async freshDashboard(): Promise<number> {
      const atMs = (lastMs = Math.max(lastMs + 1, Date.now()))
      const reading = { sensor_id: sensorId, timestamp: new Date(atMs).toISOString(), value: 21 }
      const { stored } = await postBatches(server.port, [key], [Buffer.from(JSON.stringify(reading))])
      assert.equal(stored, 1)
      const { ms, head, pages } = await history.dashboard(floorId)
      assert.match(head, /^x-cache: miss\r?$/im)
      const { sensors } = JSON.parse(pages[0] as string) as {
        sensors: { sensor_id: number; latest_timestamp: string }[]
      }
      const newest = sensors.find(({ sensor_id }) => sensor_id === sensorId)
      assert.equal(newest?.latest_timestamp && Date.parse(newest.latest_timestamp), atMs)
      assert.ok(
        sensors.every(({ latest_timestamp }) => latest_timestamp !== null),
        'a sensor without a reading',
      )
      return ms
    },

    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
