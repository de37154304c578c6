import assert from 'node:assert/strict'
import type { NewApiKey, SensorInput } from '@plenum/contract'
import type { BrowserContextOptions } from 'playwright-core'
import { administrator, caller, create, quietLog, send, startTestServer } from '#test'
import { buildWebIfNeeded, webDir } from '../../src/web-build.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs

interface Written {
  fromMs: number
  toMs: number
  valueAt: (atMs: number) => number
}

/** A building in Berlin with two floors, whose history is written hour by hour with a clock that follows along. */
export async function startExplorerBuilding() {
  await buildWebIfNeeded(quietLog, new AbortController().signal)
  const server = await startTestServer({ webDir })
  const { as, app, clock } = server
  const building = await create(as, '/api/buildings', { name: 'Lindenhof', timezone: 'Europe/Berlin' })
  const floors = [
    await create(as, '/api/floors', { building_id: building.id, name: 'EG', level: 0 }),
    await create(as, '/api/floors', { building_id: building.id, name: '1. OG', level: 1 }),
  ] as const
  const gateway = await create(as, '/api/gateways', { building_id: building.id, name: 'Keller' })
  const { key } = await create<NewApiKey>(as, `/api/gateways/${gateway.id}/keys`, {})
  const asGateway = caller(app, { authorization: `Bearer ${key}` })

  const sensor = (floor: 0 | 1, name: string, sensor_type: SensorInput['sensor_type']): Promise<{ id: number }> =>
    create(as, '/api/sensors', { floor_id: floors[floor].id, sensor_key: `lindenhof/${name}`, name, sensor_type })

  /** A reading a minute, all sent when the clock shows `sentMs`. */
  const write = async ({ id }: { id: number }, span: Written, sentMs: number): Promise<void> => {
    clock.nowMs = sentMs
    const count = Math.ceil((span.toMs - span.fromMs) / minuteMs)
    const readings = Array.from({ length: count }, (_, i) => span.fromMs + i * minuteMs).map((atMs) => ({
      sensor_id: id,
      timestamp: new Date(atMs).toISOString(),
      value: span.valueAt(atMs),
    }))
    assert.equal((await send(asGateway, readings)).stored, readings.length)
  }

  /** As a gateway that is never cut off: nothing of it is late. */
  const writeLive = async (target: { id: number }, { fromMs, toMs, valueAt }: Written): Promise<void> => {
    for (let at = fromMs; at < toMs; at += 5 * minuteMs) {
      const end = Math.min(toMs, at + 5 * minuteMs)
      await write(target, { fromMs: at, toMs: end, valueAt }, end)
    }
  }

  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload: administrator })
  const cookies = answer.cookies.map(({ name, value }) => ({ name, value: encodeURIComponent(value), url: address }))
  /** Of a browser that is signed in; its cookies are set with `context.addCookies`. */
  const browsing = { baseURL: address, reducedMotion: 'reduce', locale: 'en' } satisfies BrowserContextOptions
  return { server, building, floors, sensor, write, writeLive, address, cookies, browsing }
}
