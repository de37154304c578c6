import type { Outcome } from './benchmark.ts'
import type { CpuMs } from './cpu.ts'
import { type Line, tabulate, whole } from './figures.ts'
import { median, ratioOf, spread } from './statistics.ts'

interface Arm {
  perSecond: number
  /** CPU time of a reading in µs; null where it can't be told. */
  cpuUs: CpuMs | null
}

export interface BulkRound {
  bulk: Arm
  ingest: Arm
}

const goalPerSecond = 1_000_000

export function reportBulk({
  rounds,
  plan,
  readings,
  batch,
  clients,
  postgresVersion,
}: {
  rounds: readonly BulkRound[]
  plan: { levels: number; days: number; rounds: number }
  readings: number
  batch: number
  clients: number
  postgresVersion: string
}): Outcome {
  const rates = (arm: keyof BulkRound) => rounds.map((round) => round[arm].perSecond)
  const [bulk, ingest] = [rates('bulk'), rates('ingest')]
  const cpuLines = (arm: keyof BulkRound, name: string): Line[] =>
    (['server', 'postgres'] as const).flatMap((who) => {
      const used = rounds.map((round) => round[arm].cpuUs?.[who]).filter((us) => us !== undefined)
      const whose = who === 'server' ? 'the server' : 'PostgreSQL'
      return used.length > 0
        ? [{ name: `${name}: CPU of ${whose}`, value: spread(used), unit: 'µs/reading', digits: 2 }]
        : []
    })
  const lines: Line[] = [
    { name: 'ingest', value: spread(ingest), unit: 'readings/s', digits: 0 },
    {
      name: 'bulk import',
      value: spread(bulk),
      unit: 'readings/s',
      digits: 0,
      against: { baseline: median(ingest), ratio: ratioOf(bulk, ingest) },
      goal: { of: 'value', is: 'at least', bound: goalPerSecond },
    },
    ...cpuLines('ingest', 'ingest'),
    ...cpuLines('bulk', 'bulk import'),
  ]
  return {
    ...tabulate('bulk', lines, 'of ingest'),
    notes: [
      `Each run stores ${whole(readings)} readings, ${plan.days} closed days of ${plan.levels * 30} sensors a minute, in days that hold none (PostgreSQL ${postgresVersion}, fsync`,
      'on, answers after the commit), into one building by POST /api/import/readings, one request with a line a day of a sensor, and',
      `into another by POST /api/sensors/data, ${whole(batch)} in a request, ${clients} clients, in order of time. Bodies are made before the clock starts.`,
      `Median of ${plan.rounds} interleaved rounds after one to warm up. After each, hours of every floor and all readings of a day of one floor were`,
      'equal in both buildings, read through the history endpoint, and so was the number of readings in SQL.',
    ],
  }
}
