import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { signIn } from './api-session.ts'
import type { Benchmark, Outcome, Size } from './benchmark.ts'
import { readCpu } from './cpu.ts'
import { type LiveRound, reportLive, type SteadyRound } from './live-report.ts'
import { openLiveStreams } from './live-streams.ts'
import { createBuilding } from './measured-building.ts'
import { kinds } from './minute-readings.ts'
import { postBatches } from './post-batches.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { signInPeople } from './signed-in-people.ts'
import { percentile } from './statistics.ts'
import { refreshDashboards } from './watching-users.ts'

interface Plan {
  watching: number
  rounds: number
  /** Of each arm of a round. */
  updates: number
}
const plans: Record<Size, Plan> = {
  tiny: { watching: 12, rounds: 1, updates: 2 },
  small: { watching: 1_000, rounds: 5, updates: 5 },
  full: { watching: 1_000, rounds: 7, updates: 20 },
}
const sensors = 300
const floors = 10
const updateMs = 1_000
/** How the page asked before there were streams, and asks where it has none. */
const pollMs = 5_000
const refreshMs = 10_000
/** A change is told about a second later, at most. */
const lastEventsMs = 2_500

export const live: Benchmark = {
  description: 'live streams: one update a second to all who watch, and beside people who refresh',

  async run({ size, say, profileDir }): Promise<Outcome> {
    const plan = plans[size]
    await using server = await startServer({ profileDir })
    const building = await openBuilding(server, plan.watching)
    const watched: LiveRound[] = []
    for (let round = 0; round < plan.rounds; round++) {
      say(`one update a second: round ${round + 1} of ${plan.rounds}`)
      watched.push(await oneFloor(server, building, plan))
    }
    const steady: SteadyRound[] = []
    await using streams = await openLiveStreams({
      port: server.port,
      clients: building.cookies.map((cookie, i) => ({ cookie, path: livePath(building.floorIds[i % floors]) })),
    })
    for (let round = 0; round < plan.rounds; round++) {
      say(`all together: round ${round + 1} of ${plan.rounds}`)
      steady.push(await allTogether(server, building, plan, streams))
    }
    return reportLive({ watching: plan.watching, rounds: plan.rounds, seconds: plan.updates, live: watched, steady })
  },
}

const livePath = (floorId = 0): string => `/api/live/floor/${floorId}`
const dashboardPath = (floorId = 0): string => `/api/dashboard/floor/${floorId}`

async function openBuilding(server: ServerProcess, people: number) {
  const { sensorIds, floorIds, keys } = await createBuilding(server.port, { sensors, gateways: 1 })
  const api = await signIn(server.port)
  const [building] = await api.list<{ id: number }>('/api/buildings')
  const client = new pg.Client(server.database)
  await client.connect()
  try {
    const cookies = await signInPeople(client, building?.id as number, people)
    return { sensorIds, floorIds: [...floorIds.values()], keys, cookies }
  } finally {
    await client.end()
  }
}
type Building = Awaited<ReturnType<typeof openBuilding>>

let turn = 0
/** Values change every time, and their timestamps are the moment of sending. */
function batchOf({ sensorIds }: Building, positions: readonly number[]): Buffer {
  turn++
  const timestamp = new Date().toISOString()
  const readings = positions.map((i) => {
    const value = (kinds[i % kinds.length]?.low ?? 0) + ((i * 7 + turn * 13) % 100) / 10
    return { sensor_id: sensorIds[i % sensorIds.length], timestamp, value }
  })
  return Buffer.from(JSON.stringify({ readings }))
}
/** One batch a second, made when it falls due. */
async function update(server: ServerProcess, building: Building, updates: number, positions: () => number[]) {
  for (let i = 0; i < updates; i++) {
    const started = performance.now()
    await postBatches(server.port, building.keys, [batchOf(building, positions())])
    await setTimeout(Math.max(0, started + updateMs - performance.now()))
  }
}
const firstFloor = (): number[] => Array.from({ length: sensors / floors }, (_, i) => i)

/** CPU time of server and PostgreSQL while something is done, as shares of one core. */
async function sharesOf(server: ServerProcess, work: () => Promise<void>) {
  const [before, started] = [await readCpu(server), performance.now()]
  await work()
  const [after, ms] = [await readCpu(server), performance.now() - started]
  if (before === null || after === null) return { server: Number.NaN, postgres: Number.NaN }
  return { server: (after.server - before.server) / ms, postgres: (after.postgres - before.postgres) / ms }
}

/** Everybody watches one floor, which changes every second: told, asking, and nobody there. */
async function oneFloor(server: ServerProcess, building: Building, { watching, updates }: Plan): Promise<LiveRound> {
  const floorId = building.floorIds[0]
  const run = () => update(server, building, updates, firstFloor)
  const nobody = (await sharesOf(server, run)).server

  await using streams = await openLiveStreams({
    port: server.port,
    clients: building.cookies.map((cookie) => ({ cookie, path: livePath(floorId) })),
  })
  await streams.take()
  const told = (await sharesOf(server, run)).server
  await setTimeout(lastEventsMs)
  const heard = await streams.take()
  assert.equal(heard.lost, 0)
  assert.ok(heard.events >= watching * Math.max(1, updates - 1), `${heard.events} events to ${watching}`)
  await streams[Symbol.asyncDispose]()

  const people = building.cookies.map((cookie) => ({ cookie, path: dashboardPath(floorId) }))
  const asking = await sharesOf(server, async () => {
    const refreshing = { port: server.port, everyMs: pollMs, forMs: updates * updateMs }
    const [{ errors }] = await Promise.all([refreshDashboards(people, refreshing), run()])
    assert.equal(errors, 0)
  })
  return { nobody, told, asking: asking.server, delayMs: percentile(heard.delaysMs, 0.95) }
}

type Streams = Awaited<ReturnType<typeof openLiveStreams>>

/** All floors are watched, all sensors report once a minute, and as many people refresh every ten seconds. */
async function allTogether(
  server: ServerProcess,
  building: Building,
  { updates }: Plan,
  streams: Streams,
): Promise<SteadyRound> {
  const people = building.cookies.map((cookie, i) => ({ cookie, path: dashboardPath(building.floorIds[i % floors]) }))
  await streams.take()
  let at = 0
  const perS = sensors / 60
  // One of every other floor in turn.
  const some = (): number[] => Array.from({ length: perS }, () => (at++ * 61) % sensors)
  let refreshed = { latenciesMs: [] as number[], errors: 0 }
  const cpu = await sharesOf(server, async () => {
    const refreshing = { port: server.port, everyMs: refreshMs, forMs: updates * updateMs }
    const [done] = await Promise.all([refreshDashboards(people, refreshing), update(server, building, updates, some)])
    refreshed = done
  })
  const heard = await streams.take()
  return {
    p99Ms: percentile(refreshed.latenciesMs, 0.99),
    refreshes: refreshed.latenciesMs.length,
    errors: refreshed.errors + heard.lost,
    server: cpu.server,
    postgres: cpu.postgres,
    delayMs: percentile(heard.delaysMs, 0.95),
  }
}
