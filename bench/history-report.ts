import type { Outcome } from './benchmark.ts'
import { type Line, tabulate, whole } from './figures.ts'
import type { AskedSensors } from './raw-readings.ts'
import { median, ratioOf, spread } from './statistics.ts'

interface Sides {
  plenum: number
  rows: number
}

/** Milliseconds. */
export interface HistoryRound {
  days: Sides
  chart: Sides
  day: Sides & { readings: number }
  /** Of the floors that hold few, some and most days. */
  grown: { dashboard: number[]; day: number[] }
}

const goals = { daysMs: 50, daysTimes: 200, chart: 0.12, readingsPerSecond: 1_000_000, growth: 1.2 }

export function reportHistory({
  rounds,
  plan,
  readings,
  sensors,
  postgresVersion,
}: {
  rounds: readonly HistoryRound[]
  plan: { stored: readonly number[]; everyS: number; rounds: number }
  readings: number
  sensors: AskedSensors
  postgresVersion: string
}): Outcome {
  const most = plan.stored.at(-1)
  const ms = { unit: 'ms', digits: 1 }
  const sides = (of: (round: HistoryRound) => Sides) => {
    const [plenum, rows] = [rounds.map((round) => of(round).plenum), rounds.map((round) => of(round).rows)]
    return { plenum, rows, against: { baseline: median(rows), ratio: ratioOf(plenum, rows) } }
  }
  const [days, chart, day] = [sides((round) => round.days), sides((round) => round.chart), sides((round) => round.day)]
  const perSecond = (of: readonly number[]) => of.map((taken, i) => ((rounds[i]?.day.readings ?? 0) / taken) * 1_000)
  const lines: Line[] = [
    { name: `${most} days of the floor, SQL over rows`, value: spread(days.rows), ...ms },
    {
      name: `${most} days of the floor`,
      value: spread(days.plenum),
      ...ms,
      against: days.against,
      goal: { of: 'value', is: 'at most', bound: goals.daysMs },
    },
    {
      name: `${most} days of the floor: times as fast`,
      value: ratioOf(days.rows, days.plenum),
      unit: 'times',
      digits: 0,
      goal: { of: 'value', is: 'at least', bound: goals.daysTimes },
    },
    { name: `chart of a sensor's ${most} days, SQL over rows`, value: spread(chart.rows), ...ms },
    {
      name: `chart of a sensor's ${most} days`,
      value: spread(chart.plenum),
      ...ms,
      against: chart.against,
      goal: { of: 'ratio', is: 'at most', bound: goals.chart },
    },
    {
      name: 'a day of the floor raw, SQL over rows',
      value: spread(perSecond(day.rows)),
      unit: 'readings/s',
      digits: 0,
    },
    {
      name: 'a day of the floor raw',
      value: spread(perSecond(day.plenum)),
      unit: 'readings/s',
      digits: 0,
      against: { baseline: median(perSecond(day.rows)), ratio: ratioOf(perSecond(day.plenum), perSecond(day.rows)) },
      goal: { of: 'value', is: 'at least', bound: goals.readingsPerSecond },
    },
    ...grownLines('fresh dashboard', (round) => round.grown.dashboard),
    ...grownLines('a day raw', (round) => round.grown.day),
  ]

  function grownLines(name: string, of: (round: HistoryRound) => number[]): Line[] {
    const by = plan.stored.map((_, which) => rounds.map((round) => of(round)[which] as number))
    const few = by[0] as number[]
    return by.map((taken, which): Line => {
      const line = { name: `${name}, ${plan.stored[which]} days stored`, value: spread(taken), ...ms }
      if (which === 0) return line
      const against = { baseline: median(few), ratio: ratioOf(taken, few) }
      return { ...line, against, goal: { of: 'ratio', is: 'at most', bound: goals.growth } }
    })
  }

  const { all, counters, states } = sensors
  return {
    ...tabulate('history', lines, 'ratio'),
    notes: [
      `A floor of the simulator with ${all.length} sensors, ${counters.length} of them counters and ${states.length} states, a reading every ${plan.everyS} s: ${whole(readings)} in`,
      `${most} days, stored by the bulk import and beside that in a plain table with the columns of reading and its primary key`,
      `(PostgreSQL ${postgresVersion}; not logged, rows of a sensor together a month at a time, both in its favour). Asked through HTTP, signed in,`,
      'all pages of 10,000 records, from the first request to the last answer; SQL over one connection, rows read by the pg driver.',
      `Median of ${plan.rounds} interleaved rounds after one to warm up, of each the median of several requests. Answers are equal: count, minimum,`,
      'maximum and every raw reading exactly, means, increases and shares to nine digits. Charts: 800 points, of another sensor each round.',
      'A raw day is another one each time, so that none is remembered.',
      `As data grows: three servers that hold ${plan.stored.join(', ')} days, asked in turn; a fresh dashboard is asked for after a new reading.`,
    ],
  }
}
