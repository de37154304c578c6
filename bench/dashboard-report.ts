import type { Outcome } from './benchmark.ts'
import type { DashboardPlan } from './dashboard.ts'
import { type Line, tabulate, whole } from './figures.ts'
import type { Counted } from './statement-count.ts'
import { percentile, ratioOf, type Spread, spread } from './statistics.ts'
import type { Refreshed } from './watching-users.ts'

export type FloodArm = 'bare' | 'dashboard' | 'notModified' | 'br' | 'gzip'

/** Of each arm; CPU of its process in µs a request, null where it is not known. */
export type DashboardRound = Record<FloodArm, { perS: number; cpuUs: number | null; bytes: number }>

export interface Watched extends Refreshed {
  statements: Counted
  /** Shares of one core. */
  cpu: { server: number; postgres: number } | null
}

export interface DashboardMeasured {
  plan: DashboardPlan
  rounds: readonly DashboardRound[]
  coldMs: readonly number[]
  counts: { idle: Counted; reporting: Counted }
  /** `indexed`: the first design with the index that the review asks for. */
  watched: Record<'quiet' | 'few' | 'many' | 'firstDesign' | 'indexed', Watched>
  firstDesignBytes: number
  readings: number
  postgresVersion: string
}

const goals = { ratio: 0.65, notModified: 1.1, times: 100, statements: 1, p99Ms: 50, coldMs: 100 }
const armNames: Record<FloodArm, string> = {
  bare: 'bare route',
  dashboard: 'dashboard',
  notModified: 'dashboard, 304',
  br: 'dashboard, accepting br',
  gzip: 'dashboard, accepting gzip',
}

export function reportDashboard(measured: DashboardMeasured): Outcome {
  const { plan, rounds, coldMs, counts, watched, firstDesignBytes, readings, postgresVersion } = measured
  const [few, many] = plan.users.map(whole)
  const of = (watching: Watched, share: number): Spread => spread([percentile(watching.latenciesMs, share)])
  const p50 = (watching: Watched): number => percentile(watching.latenciesMs, 0.5)
  const ms = { unit: 'ms', digits: 1 }
  const perS = { unit: 'statements/s', digits: 2 }
  /** What users cost beside what is asked without them. */
  const beyond = ({ statements }: Watched, without: Counted): Spread =>
    spread([Math.max(0, statements.perS - without.perS)])
  const atMost = (bound: number) => ({ of: 'value', is: 'at most', bound }) as const
  const timesAsFast = (slow: Watched): Spread => spread([p50(slow) / p50(watched.quiet)])

  const lines: Line[] = [
    ...floodLines(rounds),
    { name: 'nobody there', value: spread([counts.idle.perS]), ...perS },
    { name: 'sensors report, nobody watches', value: spread([counts.reporting.perS]), ...perS },
    {
      name: `${few} users, beside that`,
      value: beyond(watched.quiet, counts.idle),
      ...perS,
      goal: atMost(goals.statements),
    },
    {
      name: `${few} users while sensors report, beside that`,
      value: beyond(watched.few, counts.reporting),
      ...perS,
      goal: atMost(goals.statements),
    },
    { name: `${few} users of the first design`, value: beyond(watched.firstDesign, counts.idle), ...perS },
    { name: `${few} users: p50`, value: of(watched.quiet, 0.5), ...ms },
    ...userLines(`${few} users while sensors report`, watched.few, true),
    ...userLines(`${many} users while sensors report`, watched.many, true),
    ...userLines(`${few} users of the first design`, watched.firstDesign, false),
    ...userLines(`${few} users of the first design, indexed`, watched.indexed, false),
    {
      name: `${few} users: times as fast as the first design`,
      value: timesAsFast(watched.firstDesign),
      unit: 'times',
      digits: 0,
      goal: { of: 'value', is: 'at least', bound: goals.times },
    },
    {
      name: `${few} users: times as fast as it with its index`,
      value: timesAsFast(watched.indexed),
      unit: 'times',
      digits: 0,
    },
    {
      name: `first dashboard after a start, ${whole(plan.cold.sensors)} sensors`,
      value: spread(coldMs),
      ...ms,
      goal: atMost(goals.coldMs),
    },
  ]

  function userLines(name: string, watching: Watched, isOurs: boolean): Line[] {
    const { errors, cpu } = watching
    return [
      { name: `${name}: p50`, value: of(watching, 0.5), ...ms },
      { name: `${name}: p99`, value: of(watching, 0.99), ...ms, ...(isOurs && { goal: atMost(goals.p99Ms) }) },
      {
        name: `${name}: errors`,
        value: spread([errors]),
        unit: 'errors',
        digits: 0,
        ...(isOurs && { goal: atMost(0) }),
      },
      ...(cpu === null
        ? []
        : [
            { name: `${name}: CPU of the server`, value: spread([cpu.server * 100]), unit: '% of a core', digits: 1 },
            { name: `${name}: CPU of PostgreSQL`, value: spread([cpu.postgres * 100]), unit: '% of a core', digits: 1 },
          ]),
    ]
  }

  const { dashboard, br, gzip } = rounds[0] as DashboardRound
  const answers = ({ changed, same }: Watched): string => `${whole(changed)} new and ${whole(same)} not modified`
  return {
    ...tabulate('dashboard', lines, 'of bare'),
    notes: [
      `A floor of ${plan.sensorsPerFloor} sensors, ${whole(dashboard.bytes)} bytes (br ${whole(br.bytes)}, gzip ${whole(gzip.bytes)}), asked for by a viewer of its building over`,
      `16 connections as fast as it is answered; the bare route is one of Fastify, in a process of its own, that answers the same text.`,
      `Median of ${plan.flood.rounds} interleaved rounds after one to warm up. CPU is that of the process that answers.`,
      `Users: a refresh every ${plan.refreshEveryMs / 1_000} s at a moment of their own, open loop for ${plan.watchMs / 1_000} s, with the ETag that they have; latency counts`,
      `from when it was due, unanswered ones as long as they were waited for. With sensors reporting, each of ${plan.sensors} once a minute,`,
      `answers of ${few} users were ${answers(watched.few)}, of ${many} ${answers(watched.many)}.`,
      `Statements are those that PostgreSQL ${postgresVersion} counted (pg_stat_statements), jobs included.`,
      `The first design (floor, its sensors, one query a sensor; pool of 20; indexes of primary and foreign keys) has the same ${whole(readings)}`,
      `readings of ${plan.days} days in ${whole(firstDesignBytes / 1e6)} MB with its index at the end, says the same of every floor, and asks for no session.`,
      'Most asked, a second:',
      ...mostOf('nobody there', counts.idle),
      ...mostOf(`${few} users`, watched.quiet.statements),
      ...mostOf(`${few} users while sensors report`, watched.few.statements),
    ],
  }
}

function floodLines(rounds: readonly DashboardRound[]): Line[] {
  const goalOf: Partial<Record<FloodArm, number>> = { dashboard: goals.ratio, notModified: goals.notModified }
  const column = (arm: FloodArm, of: 'perS' | 'cpuUs'): number[] => rounds.map((round) => round[arm][of] ?? Number.NaN)
  const against = (arm: FloodArm, of: 'perS' | 'cpuUs') => ({
    against: { baseline: spread(column('bare', of)).median, ratio: ratioOf(column(arm, of), column('bare', of)) },
  })
  const arms = Object.keys(armNames) as FloodArm[]
  const rates = arms.map((arm): Line => {
    const line = { name: armNames[arm], value: spread(column(arm, 'perS')), unit: 'answers/s', digits: 0 }
    if (arm === 'bare') return line
    const bound = goalOf[arm]
    const goal = bound === undefined ? {} : { goal: { of: 'ratio', is: 'at least', bound } as const }
    return { ...line, ...against(arm, 'perS'), ...goal }
  })
  if (rounds.some(({ bare }) => bare.cpuUs === null)) return rates
  const cpu = arms.map((arm): Line => {
    const line = { name: `${armNames[arm]}: CPU`, value: spread(column(arm, 'cpuUs')), unit: 'µs', digits: 0 }
    return arm === 'bare' ? line : { ...line, ...against(arm, 'cpuUs') }
  })
  return [...rates, ...cpu]
}

const mostOf = (when: string, { most }: Counted): string[] =>
  most
    .filter(({ perS }) => perS >= 0.01)
    .map(({ text, perS }) => `  ${when}: ${perS.toFixed(2)} ${text.replaceAll(/\s+/g, ' ').trim().slice(0, 90)}`)
