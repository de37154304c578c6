import type { Things } from './access-things.ts'

export interface Asked {
  query?: Record<string, string>
  body?: unknown
  type?: string
}
export type Ask = (things: Things) => Asked

const day = { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' }
const at = '2026-11-23T10:00:00Z'
const ndjson = 'application/x-ndjson'
const csvHeader = 'building,floor,level,sensor_key,name,sensor_type'
const periods = { raw: { days: 30 }, rollup: { days: 60 } }

let made = 0
/** A name nobody has yet. */
const fresh = (what: string) => `${what} ${++made}`

const newSensor = ({ floor, zone, gateway }: Things) => ({
  floor_id: floor,
  zone_id: zone,
  gateway_id: gateway,
  sensor_key: fresh('key'),
  name: 'x',
  sensor_type: 'energy',
})
const run = { start: Date.parse(at), step_ms: 60_000, values: [1, 2] }
const csv = ({ buildingName }: Things) => `${csvHeader}\n${buildingName},${fresh('floor')},7,${fresh('key')},x,co2\n`

/**
 * Requests that are right for whoever may make them, by operation: all that have a body or a query that must be there.
 * Each reads from the things it is given whatever it names, so that the suite can put in others.
 */
export const asks: Record<string, Ask[]> = {
  'POST /api/auth/sign-in/email': [() => ({ body: { email: 'a@example.com', password: 'wrong wrong' } })],
  'POST /api/auth/single-sign-on': [() => ({ body: { next: '/' } })],
  'POST /api/auth/single-sign-on/finish': [() => ({ body: { search: '?code=x&state=x' } })],
  'POST /api/auth/two-factor/verify': [
    () => ({ body: { code: '123456' } }),
    () => ({ body: { recovery_code: 'abcd-abcd-abcd-abcd' } }),
  ],
  'POST /api/auth/two-factor/setup': [() => ({ body: { password: 'wrong wrong' } })],
  'POST /api/auth/two-factor/enable': [() => ({ body: { code: '123456' } })],
  'POST /api/auth/two-factor/disable': [() => ({ body: { password: 'wrong wrong', code: '123456' } })],
  'POST /api/auth/two-factor/recovery-codes': [() => ({ body: { password: 'wrong wrong', code: '123456' } })],
  'PATCH /api/users/{id}': [() => ({ body: { name: 'x' } })],
  'POST /api/invitations': [
    ({ building, floor }) => ({
      body: {
        email: `${fresh('p').replace(' ', '')}@example.com`,
        role: 'viewer',
        scope: { building_ids: [building], floor_ids: [floor] },
      },
    }),
  ],
  'POST /api/invitation-links/{token}/accept': [() => ({ body: { name: 'x', password: 'a window in the east' } })],
  'POST /api/password-resets/{token}': [() => ({ body: { password: 'a window in the east' } })],
  'PATCH /api/profile': [() => ({ body: { name: 'x' } })],
  'POST /api/profile/password': [
    () => ({ body: { current_password: 'wrong wrong', new_password: 'a window in the east' } }),
  ],
  'POST /api/keys': [() => ({ body: {} }), ({ building }) => ({ body: { building_ids: [building] } })],
  'POST /api/gateways/{id}/keys': [() => ({ body: { name: 'x' } })],
  'POST /api/gateways/{id}/keys/{key_id}/rotate': [() => ({ body: { overlap_hours: 1 } })],
  'POST /api/sensors/data': [
    ({ sensor }) => ({ body: { readings: [{ sensor_id: sensor, timestamp: at, value: 1 }] } }),
    ({ sensorKey }) => ({ body: { sensor_key: sensorKey, timestamp: at, value: 1 } }),
    ({ sensor, sensorKey }) => ({
      body: { readings: [{ sensor_id: sensor, sensor_key: sensorKey, timestamp: at, value: 1 }] },
    }),
    ({ sensor }) => ({ type: ndjson, body: JSON.stringify({ sensor_id: sensor, timestamp: at, value: 1 }) }),
  ],
  'POST /api/import/readings': [
    ({ sensor }) => ({ type: ndjson, body: JSON.stringify({ sensor_id: sensor, ...run }) }),
    ({ sensorKey }) => ({ type: ndjson, body: JSON.stringify({ sensor_key: sensorKey, ...run }) }),
  ],
  'POST /api/import/sensors': [
    (things) => ({ type: 'text/csv', body: csv(things) }),
    (things) => ({ type: 'text/csv', body: csv(things), query: { dry_run: 'true' } }),
  ],
  'POST /api/buildings': [() => ({ body: { name: 'x', timezone: 'UTC' } })],
  'PATCH /api/buildings/{id}': [() => ({ body: { address: 'x' } })],
  'POST /api/floors': [({ building }) => ({ body: { building_id: building, name: fresh('floor'), level: 9 } })],
  'PATCH /api/floors/{id}': [({ building }) => ({ body: { building_id: building, level: 8 } })],
  'POST /api/zones': [({ floor }) => ({ body: { floor_id: floor, name: fresh('zone') } })],
  'PATCH /api/zones/{id}': [({ floor }) => ({ body: { floor_id: floor, kind: 'office' } })],
  'POST /api/sensors': [(things) => ({ body: newSensor(things) })],
  'PATCH /api/sensors/{id}': [
    (things) => ({ body: newSensor(things) }),
    ({ floor }) => ({ body: { floor_id: floor, zone_id: null, gateway_id: null } }),
  ],
  'DELETE /api/sensors/{id}': [({ sensorKey }) => ({ query: { confirm: sensorKey } })],
  'POST /api/gateways': [({ building }) => ({ body: { building_id: building, name: fresh('gateway') } })],
  'PATCH /api/gateways/{id}': [({ building }) => ({ body: { building_id: building, name: fresh('gateway') } })],
  'GET /api/dashboard/floor/{floor_id}/history': ['raw', '1h'].map((resolution) => () => ({
    query: { ...day, resolution },
  })),
  'GET /api/sensors/{id}/history': ['raw', '1h'].map((resolution) => () => ({ query: { ...day, resolution } })),
  'GET /api/sensors/{id}/series': [() => ({ query: day })],
  'POST /api/sensors/{id}/meter-replacements': [
    () => ({ body: { at: '2026-11-20T00:00:00Z', final_reading: 5, first_reading: 0 } }),
  ],
  'GET /api/export': ['csv', 'parquet'].map((format) => ({ sensor }) => ({
    query: { ...day, sensor_id: String(sensor), format },
  })),
  'PUT /api/retention/{sensor_type}': [() => ({ body: periods })],
  'POST /api/retention/dry-run': [() => ({ body: { rules: [{ sensor_type: 'co2', ...periods }] } })],
}

/** What those who may are answered, where it is not success: here, that there are things in it. */
export const otherwise: Record<string, number> = {
  'DELETE /api/buildings/{id}': 409,
  'DELETE /api/floors/{id}': 409,
  'DELETE /api/users/{id}/two-factor': 409,
  'DELETE /api/users/{id}/single-sign-on': 409,
}
