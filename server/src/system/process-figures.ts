import { busStates, type InstanceFigures } from '@plenum/contract'
import { statfs } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Bus, Metrics, PoolCounts, Redis } from '#platform'
import { toldError } from './told-error.ts'

export interface ProcessContext {
  metrics: Metrics
  poolCounts(): Record<string, PoolCounts>
  redis: Pick<Redis, 'status'> | null
  bus: Pick<Bus, 'state'>
  /** Where the embedded database keeps its files; null: the database is elsewhere. */
  dataDir: string | null
}

const resolutionMs = 20

/** What this process is doing: all but counts is since it was looked at before. */
export function createProcessFigures({ metrics, poolCounts, redis, bus, dataDir }: ProcessContext) {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  let cpu = process.cpuUsage()
  let cpuAtMs = performance.now()

  const cpuShare = (): number => {
    const { user, system } = process.cpuUsage(cpu)
    const nowMs = performance.now()
    const share = (user + system) / 1_000 / Math.max(1, nowMs - cpuAtMs)
    cpu = process.cpuUsage()
    cpuAtMs = nowMs
    return share
  }
  /** A turn that is on time ends one resolution after the one before. */
  const delayMs = (): number => {
    const ms = delays.count === 0 ? 0 : Math.max(0, delays.percentile(99) / 1e6 - resolutionMs)
    delays.reset()
    return ms
  }
  const disk = async (): Promise<InstanceFigures['disk']> => {
    if (dataDir === null) return null
    const { bavail, blocks, bsize } = await statfs(dataDir)
    return { free_bytes: bavail * bsize, size_bytes: blocks * bsize }
  }

  return {
    start: (): void => void delays.enable(),
    stop: (): void => void delays.disable(),

    async read(): Promise<InstanceFigures> {
      const { rss, heapUsed } = process.memoryUsage()
      const [streams] = await metrics.read('plenum_live_streams')
      const status = redis?.status()
      return {
        rss_bytes: rss,
        heap_used_bytes: heapUsed,
        cpu_share: cpuShare(),
        event_loop_delay_ms: delayMs(),
        live_streams: streams?.value ?? 0,
        pools: poolCounts(),
        redis_up: status?.up ?? null,
        redis_why: toldError(status?.why ?? ''),
        bus: busStates.find((state) => state === bus.state().replace(' ', '_')) ?? 'alone',
        disk: await disk().catch(() => null),
      }
    },
  }
}
