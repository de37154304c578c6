import type { Outcome } from './benchmark.ts'
import { type Line, tabulate, whole } from './figures.ts'
import type { Load } from './post-batches.ts'
import { median, percentile, ratioOf, spread } from './statistics.ts'

export interface Sealed {
  copyPerSecond: number
  sealPerSecond: number
  /** CPU time of a reading; null where it can't be told. */
  cpuUs: { server: number; postgres: number } | null
  ingest: Load | null
}

export interface SealRound {
  still: Sealed
  busy: Sealed
  alone: Load
}

const goalPerSecond = 500_000
/** What ingest promises under sustained load. */
const goalP99Ms = 250

export function reportSeal({
  rounds,
  readings,
  plan,
  postgresVersion,
}: {
  rounds: readonly SealRound[]
  readings: number
  plan: { levels: number; days: number; rounds: number }
  postgresVersion: string
}): Outcome {
  const copies = rounds.map(({ still }) => still.copyPerSecond)
  const seals = rounds.map(({ still }) => still.sealPerSecond)
  const busySeals = rounds.map(({ busy }) => busy.sealPerSecond)
  const p = (share: number, loads: readonly Load[]) => loads.map(({ latenciesMs }) => percentile(latenciesMs, share))
  const alone = rounds.map((round) => round.alone)
  const busy = rounds.map((round) => round.busy.ingest as Load)
  const rate = { unit: 'readings/s', digits: 0 }
  const time = { unit: 'ms', digits: 1 }
  const lines: Line[] = [
    { name: 'COPY into reading', value: spread(copies), ...rate },
    {
      name: 'sealing',
      value: spread(seals),
      ...rate,
      against: { baseline: median(copies), ratio: ratioOf(seals, copies) },
      goal: { of: 'value', is: 'at least', bound: goalPerSecond },
    },
    {
      name: 'sealing while readings come in',
      value: spread(busySeals),
      ...rate,
      against: { baseline: median(copies), ratio: ratioOf(busySeals, copies) },
    },
    ...(['server', 'postgres'] as const).flatMap((who): Line[] => {
      const used = rounds.map(({ still }) => still.cpuUs?.[who]).filter((us) => us !== undefined)
      const name = `CPU of ${who === 'server' ? 'the server' : 'PostgreSQL'}, sealing`
      return used.length > 0 ? [{ name, value: spread(used), unit: 'µs/reading', digits: 2 }] : []
    }),
    ...[0.5, 0.99].flatMap((share): Line[] => {
      const [without, during] = [p(share, alone), p(share, busy)]
      const name = `ingest p${share * 100}`
      return [
        { name: `${name}, no sealing`, value: spread(without), ...time },
        {
          name: `${name}, while sealing`,
          value: spread(during),
          ...time,
          against: { baseline: median(without), ratio: ratioOf(during, without) },
          ...(share === 0.99 && { goal: { of: 'value', is: 'at most', bound: goalP99Ms } as const }),
        },
      ]
    }),
  ]
  const requests = median(busy.map(({ latenciesMs }) => latenciesMs.length))
  return {
    ...tabulate('seal', lines, 'ratio'),
    notes: [
      `Each run copies ${whole(readings)} readings, ${plan.days} closed days of ${plan.levels * 30} sensors a minute in order of time, into partitions of`,
      `reading (PostgreSQL ${postgresVersion}, fsync on), and then asks for the job seal_closed_days. COPY is binary, one statement; a`,
      'checkpoint before either. Readings a second of sealing are what /metrics says: plenum_sealed_readings_total by',
      'plenum_sealing_seconds_total. After every run no row was left, and count and hash of reading_all were those of the rows.',
      `Ingest is an open loop: 100 readings fall due every 20 ms, and latency counts from then; about ${whole(requests)} requests a run while`,
      `sealing. Median of ${plan.rounds} interleaved rounds after one to warm up. Ratios: of sealing to COPY, of p50 and p99 to those without.`,
    ],
  }
}
