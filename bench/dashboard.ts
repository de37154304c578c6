import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Benchmark, BenchmarkOptions, Outcome, Size } from './benchmark.ts'
import { measureColdStart } from './cold-start.ts'
import { type DashboardRound, reportDashboard, type Watched } from './dashboard-report.ts'
import { floodArms } from './flood-arms.ts'
import { openMonitoredBuilding, type MonitoredBuilding } from './monitored-building.ts'
import { readCpu } from './cpu.ts'
import { type Refreshed, refreshDashboards, type Watcher } from './watching-users.ts'

export interface DashboardPlan {
  sensors: number
  sensorsPerFloor: number
  /** Closed days that are stored, a reading of each sensor every `everyS`. */
  days: number
  everyS: number
  users: [few: number, many: number]
  refreshEveryMs: number
  /** Of each measurement with users. */
  watchMs: number
  flood: { rounds: number; ms: number }
  cold: { sensors: number; restarts: number }
}

const minute = { sensorsPerFloor: 30, everyS: 60, refreshEveryMs: 10_000 }
const plans: Record<Size, DashboardPlan> = {
  tiny: {
    ...minute,
    sensors: 60,
    days: 1,
    everyS: 1_200,
    users: [4, 8],
    refreshEveryMs: 500,
    watchMs: 1_500,
    flood: { rounds: 1, ms: 100 },
    cold: { sensors: 120, restarts: 1 },
  },
  small: {
    ...minute,
    sensors: 300,
    days: 30,
    users: [100, 1_000],
    watchMs: 20_000,
    flood: { rounds: 5, ms: 1_500 },
    cold: { sensors: 10_000, restarts: 3 },
  },
  full: {
    ...minute,
    sensors: 300,
    days: 90,
    users: [100, 1_000],
    watchMs: 120_000,
    flood: { rounds: 15, ms: 3_000 },
    cold: { sensors: 10_000, restarts: 7 },
  },
}

export const dashboard: Benchmark = {
  description: 'dashboards of many who refresh, beside a bare route and the first design',
  run: runDashboard,
}

async function runDashboard({ size, say, profileDir }: BenchmarkOptions): Promise<Outcome> {
  const plan = plans[size]
  const coldMs = await inFolder((dataDir) => measureColdStart(dataDir, plan.cold, say))
  return inFolder(async (dataDir) => {
    await using building = await openMonitoredBuilding({ dataDir, plan, profileDir, say })
    const rounds: DashboardRound[] = []
    await using arms = await floodArms(building)
    for (let round = 0; round <= plan.flood.rounds; round++) {
      say(round === 0 ? 'warming up and checking' : `round ${round} of ${plan.flood.rounds}`)
      const ofRound = await arms.measure(round, plan.flood.ms)
      if (round > 0) rounds.push(ofRound)
    }

    const [few, many] = plan.users
    const nobody = () => new Promise<void>((resolve) => setTimeout(resolve, plan.watchMs))
    say('nobody there')
    const idle = await building.count(nobody)
    say('sensors report, nobody watches')
    const reporting = await building.count(() => Promise.all([nobody(), building.report(plan.watchMs)]))
    say(`${few} users`)
    const quiet = await watch(building, plan, few, false)
    say(`${few} users while sensors report`)
    const fewWatch = await watch(building, plan, few, true)
    say(`${many} users while sensors report`)
    const manyWatch = await watch(building, plan, many, true)
    say(`${few} users of the first design`)
    const firstDesign = await watchFirstDesign(building, plan, few)
    say('its index')
    await building.firstDesign.addIndex()
    const indexed = await watchFirstDesign(building, plan, few)
    return reportDashboard({
      plan,
      rounds,
      coldMs,
      counts: { idle, reporting },
      watched: { quiet, few: fewWatch, many: manyWatch, firstDesign, indexed },
      firstDesignBytes: await building.firstDesign.bytes(),
      readings: building.readings,
      postgresVersion: await building.table.version(),
    })
  })
}

async function watch(
  building: MonitoredBuilding,
  plan: DashboardPlan,
  users: number,
  reporting: boolean,
): Promise<Watched> {
  const { port, pid, postmasterPid } = building.server
  const watchers = building.watchers(users)
  // Who watches has been there for a while.
  await refreshDashboards(watchers, { port, everyMs: 1_000, forMs: 1_000 })
  return measured({ pid, postmasterPid }, building.count, plan.watchMs, async () => {
    const [refreshed] = await Promise.all([
      refreshDashboards(watchers, { port, everyMs: plan.refreshEveryMs, forMs: plan.watchMs }),
      reporting ? building.report(plan.watchMs) : null,
    ])
    return refreshed
  })
}

async function watchFirstDesign(building: MonitoredBuilding, plan: DashboardPlan, users: number): Promise<Watched> {
  await using server = await building.startFirstDesign()
  const watchers = building.floorIds.map((floorId): Watcher => ({ cookie: null, path: `/dashboard/floor/${floorId}` }))
  const asked = Array.from({ length: users }, (_, i) => watchers[i % watchers.length] as Watcher)
  const pids = { pid: server.pid, postmasterPid: building.server.postmasterPid }
  return await measured(pids, building.count, plan.watchMs, () =>
    refreshDashboards(asked, { port: server.port, everyMs: plan.refreshEveryMs, forMs: plan.watchMs }),
  )
}

async function measured(
  pids: { pid: number; postmasterPid: number },
  count: MonitoredBuilding['count'],
  watchMs: number,
  work: () => Promise<Refreshed>,
): Promise<Watched> {
  const before = await readCpu(pids)
  let refreshed: Refreshed | null = null
  const statements = await count(async () => {
    refreshed = await work()
  })
  const after = await readCpu(pids)
  const share = (of: 'server' | 'postgres'): number => ((after?.[of] ?? 0) - (before?.[of] ?? 0)) / watchMs
  return {
    ...(refreshed as unknown as Refreshed),
    statements,
    cpu: before && after && { server: share('server'), postgres: share('postgres') },
  }
}

async function inFolder<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plenum-bench-'))
  try {
    return await work(dataDir)
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
