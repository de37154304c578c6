import type { SystemHistory } from '@plenum/contract'
import { requestBoundsS } from '#platform'
import type { Measured } from './measure.ts'
import { quantile } from './quantile.ts'
import type { Sample } from './sample.ts'
import type { MeasuredRow, SampleRow } from './sample-store.ts'

const minuteMs = 60_000
/** Points of a chart that is as wide as a page. */
const mostSteps = 300
const stepMinutes = [1, 2, 5, 10, 15, 30]

/** How long a step of so many hours is. Pure. */
export const stepMsOf = (hours: number): number =>
  (stepMinutes.find((minutes) => (hours * 60) / minutes <= mostSteps) ?? 60) * minuteMs

export interface HistoryRange {
  /** A multiple of the step. */
  fromMs: number
  toMs: number
  stepMs: number
}

type Row = SampleRow | (MeasuredRow & { instanceId: null })
type Read<T> = (sample: T) => number | null | undefined

/** What was seen in a step: all processes of each of its minutes. */
interface Step {
  minutes: Map<number, Sample[]>
  measured: Measured[]
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]): number => sum(values) / values.length
const most = (values: readonly number[]): number => Math.max(...values)
const known = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value) => value !== null && value !== undefined)

/**
 * Samples as columns. A minute without a sample counts for nothing; a step without any is null, and so is a figure that
 * no sample of a step has. Pure.
 */
export function historyColumns(rows: readonly Row[], { fromMs, toMs, stepMs }: HistoryRange): SystemHistory {
  const steps = Array.from(
    { length: Math.ceil((toMs - fromMs) / stepMs) },
    (): Step => ({
      minutes: new Map(),
      measured: [],
    }),
  )
  const kinds = new Map<string, Set<string>>()
  const pools = new Set<string>()
  for (const { atMs, ...row } of rows) {
    const step = steps[Math.floor((atMs - fromMs) / stepMs)]
    if (!step) continue
    if (row.instanceId === null) {
      step.measured.push(row.figures)
      continue
    }
    step.minutes.set(atMs, [...(step.minutes.get(atMs) ?? []), row.figures])
    for (const pool of Object.keys(row.figures.pools)) pools.add(pool)
    for (const [kind, found] of Object.entries(row.figures.cache)) {
      const places = kinds.get(kind) ?? new Set()
      for (const place of Object.keys(found)) places.add(place)
      kinds.set(kind, places)
    }
  }

  /** Of each minute its processes together, and of a step its minutes together. */
  const column = (read: Read<Sample>, ofMinute: typeof sum, ofStep: typeof sum): (number | null)[] =>
    steps.map(({ minutes }) => {
      const values = [...minutes.values()].map((samples) => known(samples.map(read))).filter((all) => all.length > 0)
      return values.length === 0 ? null : ofStep(values.map(ofMinute))
    })
  const rate = (read: Read<Sample>) =>
    column((sample) => (read(sample) ?? 0) / Math.max(sample.seconds, 1e-3), sum, mean)
  const total = (read: Read<Sample>) => column(read, sum, sum)
  const peak = (read: Read<Sample>) => column(read, sum, most)
  const measured = (read: Read<Measured>) =>
    steps.map((step) => {
      const values = known(step.measured.map(read))
      return values.length === 0 ? null : most(values)
    })
  const latency = (share: number) =>
    steps.map(({ minutes }) => {
      const samples = [...minutes.values()].flat()
      const counts = Array.from({ length: requestBoundsS.length + 1 }, (_, i) =>
        sum(samples.map((sample) => sample.latency[i] ?? 0)),
      )
      const seconds = quantile(share, requestBoundsS, counts)
      return seconds === null ? null : seconds * 1_000
    })
  const lookUps = (kind: string) => (sample: Sample) => sum(Object.values(sample.cache[kind] ?? {}))

  return {
    from: new Date(fromMs).toISOString(),
    step_s: stepMs / 1_000,
    readings: {
      stored: rate(({ readings }) => readings.stored),
      duplicates: rate(({ readings }) => readings.duplicate),
      rejected: rate(({ readings }) => readings.rejected),
    },
    requests: { per_second: rate((sample) => sum(sample.latency)), p50_ms: latency(0.5), p99_ms: latency(0.99) },
    cache: [...kinds].sort(byName).map(([kind, places]) => {
      const all = total(lookUps(kind))
      const missed = total((sample) => sample.cache[kind]?.['loaded'] ?? 0)
      return {
        kind,
        per_second: rate(lookUps(kind)),
        found_share: all.map((count, i) => (count === null || count === 0 ? null : 1 - (missed[i] ?? 0) / count)),
        found: [...places]
          .sort()
          .map((where) => ({ where, per_second: rate((sample) => sample.cache[kind]?.[where]) })),
      }
    }),
    pools: [...pools].sort().map((pool) => ({
      pool,
      used: peak((sample) => sample.pools[pool]?.used),
      waiting: peak((sample) => sample.pools[pool]?.waiting),
    })),
    processes: {
      count: column(() => 1, sum, most),
      live_streams: peak((sample) => sample.live_streams),
      event_loop_delay_ms: column((sample) => sample.event_loop_delay_ms, most, most),
      rss_bytes: peak((sample) => sample.rss_bytes),
      heap_used_bytes: peak((sample) => sample.heap_used_bytes),
      cpu: column((sample) => sample.cpu_share, sum, mean),
    },
    jobs: { waiting: measured(({ jobs }) => jobs?.waiting), failed: measured(({ jobs }) => jobs?.failed) },
    sealing: { sensor_days: measured(({ sealing }) => sealing?.sensorDays) },
    disk: { database_bytes: measured(({ databaseBytes }) => databaseBytes) },
  }
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)
