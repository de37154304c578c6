import type { Outcome } from './benchmark.ts'
import { type Line, tabulate } from './figures.ts'
import { ratioOf, spread } from './statistics.ts'

/** Shares of one core that the server took, while everybody watches one floor that changes every second. */
export interface LiveRound {
  /** While nobody watches: taking in the readings. */
  nobody: number
  told: number
  /** While all ask every five seconds instead. */
  asking: number
  /** p95, from sending a reading to a client's having it. */
  delayMs: number
}

/** All together: streams, refreshes and readings. */
export interface SteadyRound {
  p99Ms: number
  refreshes: number
  errors: number
  server: number
  postgres: number
  delayMs: number
}

interface Measured {
  watching: number
  rounds: number
  seconds: number
  live: readonly LiveRound[]
  steady: readonly SteadyRound[]
}

export function reportLive({ watching, rounds, seconds, live, steady }: Measured): Outcome {
  const n = watching.toLocaleString('en')
  const of = <Round>(all: readonly Round[], pick: (round: Round) => number): number[] => all.map(pick)
  const percent = <Round>(all: readonly Round[], pick: (round: Round) => number) =>
    spread(of(all, (one) => pick(one) * 100))
  const [told, asking] = [of(live, (one) => one.told), of(live, (one) => one.asking)]
  const core = '% of a core'
  const lines: Line[] = [
    { name: 'readings alone, nobody watches', value: percent(live, (one) => one.nobody), unit: core, digits: 1 },
    {
      name: `${n} watch one floor`,
      value: percent(live, (one) => one.told),
      unit: core,
      digits: 1,
      against: { baseline: spread(asking).median * 100, ratio: ratioOf(told, asking) },
    },
    { name: `${n} ask every 5 s instead`, value: percent(live, (one) => one.asking), unit: core, digits: 1 },
    {
      name: 'delay of an update, p95',
      value: spread(of(live, (one) => one.delayMs)),
      unit: 'ms',
      digits: 0,
      goal: { of: 'value', is: 'at most', bound: 2_000 },
    },
    {
      name: `${n} streams, ${n} refresh every 10 s: p99`,
      value: spread(of(steady, (one) => one.p99Ms)),
      unit: 'ms',
      digits: 1,
      goal: { of: 'value', is: 'at most', bound: 50 },
    },
    {
      name: 'the same: errors',
      value: spread(of(steady, (one) => one.errors)),
      unit: '',
      digits: 0,
      goal: { of: 'value', is: 'at most', bound: 0 },
    },
    { name: 'the same: server', value: percent(steady, (one) => one.server), unit: core, digits: 1 },
    { name: 'the same: PostgreSQL', value: percent(steady, (one) => one.postgres), unit: core, digits: 1 },
    {
      name: 'the same: delay of an update, p95',
      value: spread(of(steady, (one) => one.delayMs)),
      unit: 'ms',
      digits: 0,
    },
  ]
  const refreshes = steady.reduce((sum, one) => sum + one.refreshes, 0)
  return {
    ...tabulate('live', lines, 'of asking'),
    notes: [
      `Median of ${rounds} interleaved rounds of ${seconds} s an arm. One floor of 30 sensors, all of which change every second; then ten floors,`,
      `300 sensors that report once a minute, and ${refreshes.toLocaleString('en')} refreshes in all, each with the ETag that it had, open loop. Clients of streams are a`,
      'process of their own, those who refresh another, and both share the cores with the server and PostgreSQL. An update is held back',
      'so that a floor tells one a second: most of its delay is that.',
    ],
  }
}
