import assert from 'node:assert/strict'
import { startChildServer } from './child-server.ts'
import { readCpu } from './cpu.ts'
import type { DashboardRound, FloodArm } from './dashboard-report.ts'
import type { MonitoredBuilding } from './monitored-building.ts'
import { type Flood, flood } from './request-flood.ts'
import type { Watcher } from './watching-users.ts'

const connections = 16

/** One dashboard asked for as fast as it is answered, and a bare route that answers the same bytes. */
export async function floodArms(building: MonitoredBuilding) {
  const { server } = building
  const [watcher] = building.watchers(1) as [Watcher]
  const url = `http://127.0.0.1:${server.port}${watcher.path}`
  const ask = async (headers: Record<string, string>) => {
    const answer = await fetch(url, { headers: { cookie: watcher.cookie as string, ...headers } })
    assert.ok(answer.status === 200 || answer.status === 304, `answered ${answer.status}`)
    return answer
  }
  const identity = await ask({ 'accept-encoding': 'identity' })
  const etag = identity.headers.get('etag') as string
  const body = await identity.text()
  assert.equal((await ask({ 'accept-encoding': 'identity', 'if-none-match': etag })).status, 304)
  const bare = await startChildServer(new URL('./bare-route.ts', import.meta.url), { body })
  const postmasterPid = server.postmasterPid

  const requestOf = (path: string, headers: Record<string, string>): Buffer => {
    const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}`)
    return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  }
  const ours = (headers: Record<string, string>): Buffer =>
    requestOf(watcher.path, { cookie: watcher.cookie as string, ...headers })
  const bodyBytes = Buffer.byteLength(body)
  const to = { port: server.port, pid: server.pid }
  const compressed = async (encoding: string) => {
    const request = ours({ 'accept-encoding': encoding })
    return { ...to, request, status: 200, bodyBytes: await lengthOf(encoding) }
  }
  const arms: Record<FloodArm, Flood & { pid: number }> = {
    bare: { port: bare.port, pid: bare.pid, request: requestOf('/', {}), status: 200, bodyBytes },
    dashboard: { ...to, request: ours({ 'accept-encoding': 'identity' }), status: 200, bodyBytes },
    notModified: { ...to, request: ours({ 'if-none-match': etag }), status: 304, bodyBytes: 0 },
    br: await compressed('br'),
    gzip: await compressed('gzip'),
  }

  /** As it is sent: `fetch` would undo the compression. */
  async function lengthOf(encoding: string): Promise<number> {
    const answer = await ask({ 'accept-encoding': encoding })
    await answer.arrayBuffer()
    return Number(answer.headers.get('content-length'))
  }

  return {
    /** Another arm begins each round. */
    async measure(round: number, ms: number): Promise<DashboardRound> {
      const names = Object.keys(arms) as FloodArm[]
      const measured: Partial<DashboardRound> = {}
      for (let i = 0; i < names.length; i++) {
        const name = names[(i + round) % names.length] as FloodArm
        const { pid, ...asked } = arms[name]
        const before = await readCpu({ pid, postmasterPid })
        const { perS, answers } = await flood(asked, connections, ms)
        const after = await readCpu({ pid, postmasterPid })
        const cpuUs = before && after && ((after.server - before.server) / answers) * 1_000
        measured[name] = { perS, cpuUs, bytes: asked.bodyBytes }
      }
      return measured as DashboardRound
    },
    [Symbol.asyncDispose]: () => bare[Symbol.asyncDispose](),
  }
}
