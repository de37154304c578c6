import type { InstanceFigures } from '@plenum/contract'
import { type Metrics, requestBoundsS } from '#platform'

/** What a process did in a minute, and what it held at the most. */
export interface Sample {
  seconds: number
  readings: { stored: number; duplicate: number; rejected: number }
  /** Requests by the bucket of the time they took, in order of `requestBoundsS`; one more for those above. */
  latency: number[]
  /** Look-ups by kind and by where they were found. */
  cache: Record<string, Record<string, number>>
  pools: Record<string, { used: number; waiting: number }>
  live_streams: number
  event_loop_delay_ms: number
  rss_bytes: number
  heap_used_bytes: number
  cpu_share: number
}

/** What counts up for as long as the process lives. */
export type Counts = Pick<Sample, 'readings' | 'latency' | 'cache'> & { atMs: number }

/** Streams stay open for as long as somebody watches, and probes say nothing about people. */
const isLeftOut = (route: string): boolean => /^\/(api\/live\/|healthz|readyz|metrics)/.test(route)

/** Reads the counters that /metrics shows. */
export async function readCounts(metrics: Metrics): Promise<Counts> {
  const readings = { stored: 0, duplicate: 0, rejected: 0 }
  for (const { labels, value } of await metrics.read('plenum_readings_total')) {
    const outcome = labels['outcome'] as keyof typeof readings
    if (outcome in readings) readings[outcome] += value
  }
  /** As Prometheus has them: each with all of those before. */
  const upTo = new Array<number>(requestBoundsS.length + 1).fill(0)
  for (const { labels, value, metricName } of await metrics.read('plenum_http_request_seconds')) {
    if (metricName !== 'plenum_http_request_seconds_bucket' || isLeftOut(String(labels['route']))) continue
    const bound = labels['le'] === '+Inf' ? requestBoundsS.length : requestBoundsS.indexOf(Number(labels['le']))
    if (bound >= 0) upTo[bound] = (upTo[bound] as number) + value
  }
  const cache: Counts['cache'] = {}
  for (const { labels, value } of await metrics.read('plenum_cache_lookups_total')) {
    const ofKind = (cache[String(labels['kind'])] ??= {})
    const found = String(labels['found'])
    ofKind[found] = (ofKind[found] ?? 0) + value
  }
  return { atMs: performance.now(), readings, latency: upTo.map((n, i) => n - (upTo[i - 1] ?? 0)), cache }
}

/** What was counted between two looks. Pure. */
export function between(before: Counts, now: Counts): Omit<Counts, 'atMs'> & { seconds: number } {
  const { stored, duplicate, rejected } = now.readings
  return {
    seconds: (now.atMs - before.atMs) / 1_000,
    readings: {
      stored: stored - before.readings.stored,
      duplicate: duplicate - before.readings.duplicate,
      rejected: rejected - before.readings.rejected,
    },
    latency: now.latency.map((n, bucket) => n - (before.latency[bucket] ?? 0)),
    cache: mapValues(now.cache, (found, kind) =>
      mapValues(found, (n, where) => n - (before.cache[kind]?.[where] ?? 0)),
    ),
  }
}

/** The most of several looks within a minute; of the CPU the mean. Pure. */
export function peaks(looks: readonly InstanceFigures[]) {
  const most = (read: (look: InstanceFigures) => number): number => Math.max(0, ...looks.map(read))
  const names = [...new Set(looks.flatMap(({ pools }) => Object.keys(pools)))]
  return {
    pools: Object.fromEntries(
      names.map((name) => [
        name,
        { used: most(({ pools }) => pools[name]?.used ?? 0), waiting: most(({ pools }) => pools[name]?.waiting ?? 0) },
      ]),
    ),
    live_streams: most((look) => look.live_streams),
    event_loop_delay_ms: most((look) => look.event_loop_delay_ms),
    rss_bytes: most((look) => look.rss_bytes),
    heap_used_bytes: most((look) => look.heap_used_bytes),
    cpu_share: looks.reduce((sum, look) => sum + look.cpu_share, 0) / Math.max(1, looks.length),
  }
}

const mapValues = <A, B>(record: Record<string, A>, change: (value: A, name: string) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]))
