import type { Figure, Outcome } from './benchmark.ts'
import { figureOf, range, rounded, whole } from './figures.ts'
import { median, percentile, type Spread, spread } from './statistics.ts'

/** One way to bring the same readings in. */
export interface Arm {
  name: string
  /**
   * `plain`: to a process that parses batches and does nothing else. `resend`: what is stored already. `paced`: as much
   * as falls due, not as much as is answered.
   */
  kind: 'copy' | 'ingest' | 'plain' | 'resend' | 'paced'
  clients: number
  /** Readings in one request; null for COPY. */
  batch: number | null
  /** Share of COPY that must be reached; of `paced`, milliseconds that p99 may not exceed. */
  goal: number | null
}

export interface Measured {
  arm: Arm
  round: number
  perSecond: number
  latenciesMs: number[]
  /** Cores that were busy, by who used them; null where it can't be told. */
  busyCores: BusyCores | null
}

export interface BusyCores {
  generator: number
  server: number
  postgres: number
}

export interface IngestResults {
  arms: readonly Arm[]
  measured: readonly Measured[]
  plan: { sensors: number; minutes: number; rounds: number }
  postgresVersion: string
}

const bench = 'ingest'
const percent = (share: number): string => `${Math.round(share * 100)}%`

export function reportIngest(results: IngestResults): Outcome {
  const copies = ofKind(results, 'copy')
  const copyRate = median(copies.map(({ perSecond }) => perSecond))
  const copyIn = new Map(copies.map(({ round, perSecond }) => [round, perSecond]))
  const head = ['', 'readings/s', 'min – max', 'of COPY', 'min – max', 'goal', 'p50', 'p99', 'load', 'server', 'PG']
  const figures: Figure[] = []
  const table: string[][] = [head]
  for (const arm of results.arms) {
    const rounds = results.measured.filter((one) => one.arm === arm)
    const rate = spread(rounds.map(({ perSecond }) => perSecond))
    const compared = arm.kind === 'ingest' || arm.kind === 'resend'
    const ratio = compared ? rate.median / copyRate : null
    const ratios = spread(rounds.map(({ round, perSecond }) => perSecond / (copyIn.get(round) ?? Number.NaN)))
    const latency = latencyOf(rounds)
    const cpu = cpuOf(arm, rounds)
    const p99 = latency[1]?.[1].median ?? Number.NaN
    const reached = arm.kind === 'paced' ? p99 <= (arm.goal ?? 0) : ratio !== null && ratio >= (arm.goal ?? 0)
    const judged = { goal: arm.goal, met: arm.goal === null ? null : reached }
    figures.push({
      ...figureOf(bench, arm.name, rate, 'readings/s'),
      ...(compared && { baseline: copyRate, ratio }),
      ...(arm.kind !== 'paced' && judged),
    })
    for (const [name, value, unit] of [...latency, ...cpu]) {
      const ofPaced = arm.kind === 'paced' && name === 'p99'
      figures.push({ ...figureOf(bench, `${arm.name}: ${name}`, value, unit), ...(ofPaced && judged) })
    }
    table.push([
      arm.name,
      whole(rate.median),
      range(rate, whole),
      ratio === null ? '' : ratio.toFixed(2),
      ratio === null ? '' : range(ratios, (one) => one.toFixed(2)),
      arm.goal === null
        ? ''
        : `${arm.kind === 'paced' ? `≤ ${arm.goal} ms` : `≥ ${arm.goal}`} ${reached ? 'met' : 'MISSED'}`,
      ...(latency.length > 0 ? latency.map(([, ms]) => `${ms.median.toFixed(1)} ms`) : ['', '']),
      ...cpu.map(([, share]) => percent(share.median)),
    ])
  }
  return { figures: figures.map(rounded), table, notes: notesOf(results) }
}

type Named = [figure: string, value: Spread, unit: string]

/** Percentiles of each round, and their median over the rounds. */
function latencyOf(rounds: readonly Measured[]): Named[] {
  if (rounds.some(({ latenciesMs }) => latenciesMs.length === 0)) return []
  return [
    ['p50', spread(rounds.map(({ latenciesMs }) => percentile(latenciesMs, 0.5))), 'ms'],
    ['p99', spread(rounds.map(({ latenciesMs }) => percentile(latenciesMs, 0.99))), 'ms'],
  ]
}

/** Where another process answers, the server only idles: nothing to tell. */
function cpuOf({ kind }: Arm, rounds: readonly Measured[]): Named[] {
  const shares = rounds.map(({ busyCores }) => busyCores).filter((share) => share !== null)
  if (shares.length === 0) return []
  const of = (who: keyof BusyCores): Spread => spread(shares.map((share) => share[who]))
  const generator: Named = ['CPU of the load generator', of('generator'), 'cores']
  if (kind === 'plain') return [generator]
  return [generator, ['CPU of the server', of('server'), 'cores'], ['CPU of PostgreSQL', of('postgres'), 'cores']]
}

function notesOf({ plan, postgresVersion }: IngestResults): string[] {
  const { sensors, minutes, rounds } = plan
  return [
    `Each run stores as many readings, ${whole(sensors * minutes)}: ${minutes} minutes of ${sensors} sensors in order of time, into an empty day of the`,
    `same table (PostgreSQL ${postgresVersion}, fsync on, answers after the commit, API keys checked). COPY is binary, one statement,`,
    `prepared before the clock starts. A request holds what comes next in that order: ${batchesHold(plan)}.`,
    `Median of ${rounds} interleaved rounds after one to warm up; count and checksums of every run were right. "of COPY" is the ratio of`,
    'the medians, its range that within a round. load, server, PG: CPU of load generator, server and PostgreSQL in percent of one',
    'core. "parsed only": the same requests to a process that parses them and answers. "all sent again": all of it is stored already.',
    '"at half of the most": a request falls due again and again, half as often as most clients were answered, and its latency counts from then.',
  ]
}

const batchesHold = ({ sensors }: IngestResults['plan']): string =>
  [1_000, 100]
    .map(
      (batch) =>
        `${whole(batch)} are ${batch < sensors ? `a minute of ${batch}` : `${batch / sensors} minutes of all`} sensors`,
    )
    .join(', ')

const ofKind = ({ measured }: IngestResults, kind: Arm['kind']) => measured.filter(({ arm }) => arm.kind === kind)
