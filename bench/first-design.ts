import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import pg from 'pg'
import { childSettings, sayPort } from './child-settings.ts'

/**
 * A process with the dashboard as its design first had it: one query for the floor, one for its sensors, and one for
 * the newest reading of each, one after another; nothing is remembered. Nobody has to be signed in.
 */
const database = await childSettings<pg.ClientConfig>()
const pool = new pg.Pool({ ...database, max: 20 })
const app = fastify()

interface Reading {
  value: number
  timestamp: Date
}

app.get('/dashboard/floor/:floor_id', async (request, reply) => {
  const { floor_id } = request.params as { floor_id: string }
  const floors = await pool.query('select id, name from first_design.floors where id = $1', [floor_id])
  if (floors.rows.length === 0) return reply.code(404).send()
  const sensors = await pool.query<{ id: number }>(
    'select id, sensor_type, name from first_design.sensors where floor_id = $1 order by id',
    [floor_id],
  )
  const shown: object[] = []
  for (const sensor of sensors.rows) {
    const { rows } = await pool.query<Reading>(
      'select value, timestamp from first_design.sensor_data where sensor_id = $1 order by timestamp desc limit 1',
      [sensor.id],
    )
    shown.push({ ...sensor, latest_value: rows[0]?.value ?? null, latest_timestamp: rows[0]?.timestamp ?? null })
  }
  return { floor: floors.rows[0], sensors: shown }
})
await app.listen({ port: 0, host: '127.0.0.1' })
sayPort((app.server.address() as AddressInfo).port)
