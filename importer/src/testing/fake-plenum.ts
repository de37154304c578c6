import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  BuildingInput,
  FloorInput,
  GatewayInput,
  type IngestAnswer,
  type ReadingRun,
  SensorInput,
  ZoneInput,
} from '@plenum/contract'

/**
 * The endpoints an import needs, over real HTTP, kept in memory: closed request bodies, pages, unique names, keys of
 * gateways, and readings known by (sensor, timestamp). What goes wrong is for each test to say, with `disturb`.
 */
export type Disturbance =
  /** Answered with this instead of being carried out. */
  | { status: number; retryAfter?: string }
  /** The connection breaks before or after the request is carried out. */
  | 'break before'
  | 'break after'
  /** Carried out, never answered. */
  | 'hang'

export interface FakePlenum {
  baseUrl: string
  tables: Record<'buildings' | 'floors' | 'zones' | 'sensors' | 'gateways', Row[]>
  keys: { id: string; key: string; gateway_id: number; deleted: boolean }[]
  /** sensor_id → instant in ms → value. */
  readings: Map<number, Map<number, number>>
  readingCount(): number
  /** Asked before each request; `number` counts the requests to that path from 1. */
  disturb: (request: { method: string; path: string; number: number }) => Disturbance | undefined | Promise<undefined>
  close(): Promise<void>
}

type Row = Record<string, unknown> & { id: number }
type Schema = { properties: object; required: string[] }
interface Reply {
  status: number
  body?: unknown
}

export const adminHeaders = { authorization: 'Bearer admin-key' }

const schemas: Record<string, Schema> = {
  buildings: BuildingInput,
  floors: FloorInput,
  zones: ZoneInput,
  sensors: SensorInput,
  gateways: GatewayInput,
}
const parents: Record<string, [field: string, table: keyof FakePlenum['tables']]> = {
  floors: ['building_id', 'buildings'],
  gateways: ['building_id', 'buildings'],
  zones: ['floor_id', 'floors'],
  sensors: ['floor_id', 'floors'],
}
/** Small, so that every list of more than a few things has several pages. */
const pageSize = 7

export async function startFakePlenum(): Promise<FakePlenum> {
  const tables: FakePlenum['tables'] = { buildings: [], floors: [], zones: [], sensors: [], gateways: [] }
  const counts = new Map<string, number>()
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake: FakePlenum = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tables,
    keys: [],
    readings: new Map(),
    readingCount: () => [...fake.readings.values()].reduce((sum, { size }) => sum + size, 0),
    disturb: () => undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function handle(request: IncomingMessage, response: ServerResponse) {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const url = new URL(request.url ?? '/', fake.baseUrl)
    const method = request.method ?? 'GET'
    const number = (counts.get(url.pathname) ?? 0) + 1
    counts.set(url.pathname, number)
    const wrong = await fake.disturb({ method, path: url.pathname, number })
    if (wrong === 'break before') return request.socket.destroy()
    if (typeof wrong === 'object') {
      response.writeHead(wrong.status, wrong.retryAfter === undefined ? {} : { 'retry-after': wrong.retryAfter })
      return response.end()
    }
    const lines = text.split('\n').filter((line) => line !== '')
    const ndjson = request.headers['content-type'] === 'application/x-ndjson'
    const body = ndjson ? lines.map((line) => JSON.parse(line)) : text === '' ? undefined : JSON.parse(text)
    const reply = carryOut(method, url, body, request.headers.authorization)
    if (wrong === 'break after') return request.socket.destroy()
    if (wrong === 'hang') return
    response.writeHead(reply.status, { 'content-type': 'application/json' })
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body))
  }

  function carryOut(method: string, url: URL, body: unknown, authorization: string | undefined): Reply {
    if (url.pathname === '/api/import/readings') {
      const key = fake.keys.find((one) => authorization === `Bearer ${one.key}` && !one.deleted)
      return key ? load(body as ReadingRun[], key.gateway_id) : problem(401, 'not_signed_in')
    }
    if (authorization !== adminHeaders.authorization) return problem(401, 'not_signed_in')
    const [, , kind = '', id, sub, subId] = url.pathname.split('/')
    if (kind === 'gateways' && sub === 'keys') return keysOf(method, Number(id), subId)
    if (!(kind in tables)) return problem(404, 'route_not_found')
    const table = tables[kind as keyof typeof tables]
    if (method === 'POST') return create(kind, table, body as Record<string, unknown>)
    if (id === undefined) return listOf(table, url.searchParams)
    const row = table.find((one) => one.id === Number(id))
    if (!row) return problem(404, 'not_found')
    if (method === 'PATCH') Object.assign(row, body)
    return { status: 200, body: row }
  }

  function create(kind: string, table: Row[], body: Record<string, unknown>): Reply {
    const { properties, required } = schemas[kind] as Schema
    const wrong = Object.keys(body).filter((field) => !(field in properties))
    wrong.push(...required.filter((field) => body[field] === undefined))
    if (wrong.length > 0) return problem(400, 'request_invalid', wrong.join(', '))
    const [parentField, parentTable] = parents[kind] ?? []
    const parent = parentTable && tables[parentTable].find(({ id }) => id === body[parentField as string])
    if (parentTable && !parent) return problem(404, `${parentField}_not_found`)
    const taken = kind === 'sensors' && table.some((one) => one['sensor_key'] === body['sensor_key'])
    if (taken) return problem(409, 'sensor_key_taken')
    const building_id = parent && (parent['building_id'] ?? parent.id)
    const now = new Date().toISOString()
    const row: Row = { gateway_id: null, ...body, building_id, id: nextId++, created_at: now, updated_at: now }
    table.push(row)
    return { status: 201, body: row }
  }

  function keysOf(method: string, gateway_id: number, keyId: string | undefined): Reply {
    if (method === 'POST') {
      const id = `key-${fake.keys.length + 1}`
      fake.keys.push({ id, key: `secret-of-${id}`, gateway_id, deleted: false })
      return { status: 201, body: fake.keys.at(-1) }
    }
    const key = fake.keys.find(({ id }) => id === keyId)
    if (key) key.deleted = true
    return key ? { status: 204 } : problem(404, 'key_not_found')
  }

  function load(runs: ReadingRun[], gatewayId: number): Reply {
    const answer: IngestAnswer = { stored: 0, duplicates: 0, rejected: 0, errors: [] }
    runs.forEach(({ sensor_id, timestamps = [], values }, index) => {
      const reachable = tables.sensors.some(({ id, gateway_id }) => id === sensor_id && gateway_id === gatewayId)
      const ofSensor = fake.readings.get(sensor_id as number) ?? new Map<number, number>()
      fake.readings.set(sensor_id as number, ofSensor)
      values.forEach((value, position) => {
        const code = reachable ? valueProblem(value) : 'reading_sensor_unknown'
        if (code !== undefined) {
          answer.rejected += 1
          answer.errors.push({ index, position, code, detail: 'not stored' })
          return
        }
        const at = timestamps[position] as number
        answer[ofSensor.get(at) === value ? 'duplicates' : 'stored'] += 1
        ofSensor.set(at, value)
      })
    })
    const nothingTaken = answer.rejected > 0 && answer.stored + answer.duplicates === 0
    return { status: nothingTaken ? 422 : 200, body: answer }
  }

  let nextId = 1
  return fake
}

const valueProblem = (value: unknown) => (Number.isFinite(value) ? undefined : 'reading_value_not_finite')

const problem = (status: number, code: string, detail = code): Reply => ({
  status,
  body: { type: 'about:blank', title: code, status, code, detail },
})

function listOf(table: Row[], search: URLSearchParams): Reply {
  const filters = [...search].filter(([name]) => name !== 'limit' && name !== 'cursor')
  const matching = table.filter((row) => filters.every(([name, value]) => String(row[name]) === value))
  const from = Number(search.get('cursor') ?? 0)
  const to = from + Math.min(pageSize, Number(search.get('limit') ?? 100))
  return {
    status: 200,
    body: { items: matching.slice(from, to), next_cursor: to < matching.length ? String(to) : null },
  }
}
