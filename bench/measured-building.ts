import assert from 'node:assert/strict'
import type { NewApiKey } from '@plenum/contract'
import { kinds } from './minute-readings.ts'
import { administrator } from './server-process.ts'

export interface MeasuredBuilding {
  sensorIds: number[]
  /** One of each gateway. */
  keys: string[]
}

/** A building with sensors, imported as a customer would, and gateways with keys. */
export async function createBuilding(port: number, size: { sensors: number; gateways: number }) {
  const call = await signIn(`http://127.0.0.1:${port}`)
  const rows = Array.from({ length: size.sensors }, (_, i) => {
    const floor = 1 + Math.floor((i * 10) / size.sensors)
    return `Bench,UTC,${floor}F,${floor},bench/${i},Sensor ${i},${kinds[i % kinds.length]?.type}`
  })
  const csv = `building,timezone,floor,level,sensor_key,name,sensor_type\n${rows.join('\n')}\n`
  await call('POST', '/api/import/sensors', 'text/csv', csv)
  const buildings = await call<{ items: { id: number }[] }>('GET', '/api/buildings')

  const keys: string[] = []
  for (let i = 0; i < size.gateways; i++) {
    const gateway = { building_id: buildings.items[0]?.id, name: `Gateway ${i}` }
    const { id } = await post<{ id: number }>('/api/gateways', gateway)
    // The quota is checked like everybody's, but is not what is measured.
    keys.push((await post<NewApiKey>(`/api/gateways/${id}/keys`, { readings_per_minute: 1_000_000_000 })).key)
  }
  return { sensorIds: await sensorIdsByKey(), keys } satisfies MeasuredBuilding

  function post<T>(path: string, body: unknown): Promise<T> {
    return call<T>('POST', path, 'application/json', JSON.stringify(body))
  }

  async function sensorIdsByKey(): Promise<number[]> {
    const idOf = new Map<string, number>()
    let cursor: string | null = ''
    while (cursor !== null) {
      const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      type Page = { items: { id: number; sensor_key: string }[]; next_cursor: string | null }
      const page: Page = await call<Page>('GET', `/api/sensors?limit=1000${after}`)
      for (const { id, sensor_key } of page.items) idOf.set(sensor_key, id)
      cursor = page.next_cursor
    }
    return rows.map((_, i) => idOf.get(`bench/${i}`) as number)
  }
}

async function signIn(baseUrl: string) {
  const signedIn = await fetch(`${baseUrl}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(administrator),
  })
  assert.equal(signedIn.status, 200, await signedIn.text())
  const cookie = signedIn.headers.getSetCookie().map((set) => set.split(';')[0])
  const session = { cookie: cookie.join('; ') }

  return async function call<T>(method: string, path: string, type?: string, body?: string): Promise<T> {
    const headers = type === undefined ? session : { ...session, 'content-type': type }
    const answer = await fetch(baseUrl + path, { method, headers, body: body ?? null })
    const text = await answer.text()
    assert.ok(answer.ok, `${method} ${path} was answered ${answer.status}: ${text}`)
    return JSON.parse(text) as T
  }
}
