import assert from 'node:assert/strict'
import type { FloorDashboard } from '@plenum/contract'
import { signIn } from './api-session.ts'
import { openKeepAlive } from './keep-alive-client.ts'
import { registerBuilding } from './measured-building.ts'
import { plannedSensors } from './monitored-building.ts'
import { postBatches } from './post-batches.ts'
import { startServer } from './server-process.ts'

const batch = 1_000
const sensorsPerFloor = 30

/**
 * The first dashboard that is asked for after the server and its database have started, by somebody who was signed in
 * before. @returns milliseconds, of each start
 */
export async function measureColdStart(
  dataDir: string,
  { sensors, restarts }: { sensors: number; restarts: number },
  say: (progress: string) => void,
): Promise<number[]> {
  say(`a building of ${sensors} sensors`)
  const { cookie, floorIds } = await fill(dataDir, sensors)
  const taken: number[] = []
  for (let start = 0; start < restarts; start++) {
    say(`start ${start + 1} of ${restarts}`)
    await using server = await startServer({ profileDir: null, dataDir })
    const connection = await openKeepAlive(server.port)
    const floorId = floorIds[Math.floor((floorIds.length * start) / restarts)]
    const head = `GET /api/dashboard/floor/${floorId} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\n`
    const began = performance.now()
    const { status, body } = await connection.exchange(head, Buffer.alloc(0))
    taken.push(performance.now() - began)
    connection.close()
    assert.equal(status, 200, body)
    const shown = (JSON.parse(body) as FloorDashboard).sensors
    assert.ok(shown.length > 0 && shown.every(({ latest_value }) => latest_value !== null))
  }
  return taken
}

async function fill(dataDir: string, count: number): Promise<{ cookie: string; floorIds: number[] }> {
  await using server = await startServer({ profileDir: null, dataDir })
  const api = await signIn(server.port)
  const sensors = plannedSensors(count, sensorsPerFloor)
  const { sensorIds, floorIds, keys } = await registerBuilding(api, {
    name: 'Large',
    timezone: 'UTC',
    sensors,
    gateways: 1,
  })
  const timestamp = new Date().toISOString()
  const readings = sensorIds.map((sensor_id, i) => ({ sensor_id, timestamp, value: i % 100 }))
  const bodies = Array.from({ length: Math.ceil(count / batch) }, (_, i) =>
    Buffer.from(JSON.stringify({ readings: readings.slice(i * batch, (i + 1) * batch) })),
  )
  const { stored } = await postBatches(server.port, keys, bodies)
  assert.equal(stored, count)
  return { cookie: api.cookie, floorIds: [...floorIds.values()] }
}
