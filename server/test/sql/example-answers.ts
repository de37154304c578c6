import * as plain from './plain-figures.ts'
import type { Tower, TowerSensor } from './tower.ts'

const { tokyo, dayOf, within, good, valuesOf, sum, mean, hourMs } = plain
const friday = [tokyo('2026-11-20'), tokyo('2026-11-21')] as const
const week = [tokyo('2026-11-16'), tokyo('2026-11-21')] as const
const number = (value: unknown): number => value as number
const byName = (a: TowerSensor, b: TowerSensor): number => (a.name < b.name ? -1 : 1)
const days = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => new Date(Date.parse(from) + i * 24 * hourMs).toISOString().slice(0, 10))

/** What each example of docs/sql.md must answer, by its heading; the first row is the names of columns. */
export function exampleAnswers(tower: Tower): Record<string, () => unknown[][]> {
  const energy = tower.of(({ type }) => type === 'energy')
  const byDay = energy.map(({ readings }) => plain.increases(readings, dayOf))
  const energyOf = (day: string): number => sum(byDay.map((found) => found.get(day) ?? 0))

  return {
    'Newest value of every sensor of a floor': () => [
      ['name', 'sensor_type', 'at', 'value', 'unit', 'suspect'],
      ...tower
        .of(({ floor }) => floor === '3F')
        .sort((a, b) => byName(a, b) || a.id - b.id)
        .map(({ name, type, unit, readings }) => {
          const newest = readings.at(-1)
          return [name, type, newest?.atMs ?? null, newest?.value ?? null, unit, newest?.suspect ?? null]
        }),
    ],
    'Curve of a day': () => [
      ['at', 'mean_ppm', 'min_ppm', 'max_ppm'],
      ...[
        ...Map.groupBy(within(tower.at('demo/3F/co2-1').readings, ...friday), ({ atMs }) =>
          Math.floor(atMs / (hourMs / 4)),
        ),
      ].map(([quarter, inside]) => {
        const values = valuesOf(inside)
        return [(quarter * hourMs) / 4, mean(values), Math.min(...values), Math.max(...values)]
      }),
    ],
    'Daily mean temperature of a floor last month': () => [
      ['day', 'mean_degc', 'min_degc', 'max_degc'],
      ...days('2026-10-01', 31).map((day) => {
        const values = tower
          .of(({ floor, type }) => floor === '3F' && type === 'temperature')
          .flatMap(({ readings }) => valuesOf(good(readings).filter(({ atMs }) => dayOf(atMs) === day)))
        return [day, mean(values), Math.min(...values), Math.max(...values)]
      }),
    ],
    'Energy of a building by day': () => [['day', 'kwh'], ...days('2026-11-01', 23).map((day) => [day, energyOf(day)])],
    'Energy of a building by month': () => [
      ['month', 'kwh'],
      ['2026-09-01', sum(days('2026-09-01', 30).map(energyOf))],
      ['2026-10-01', sum(days('2026-10-01', 31).map(energyOf))],
      ['2026-11-01', sum(days('2026-11-01', 30).map(energyOf))],
    ],
    'Meter readings at the turn of the month': () => [
      ['floor', 'meter', 'begins_kwh', 'ends_kwh'],
      ...energy.map(({ floor, name, readings }) => {
        const before = (day: string) => readings.findLast(({ atMs }) => atMs < tokyo(day))?.value
        return [floor, name, before('2026-10-01'), before('2026-11-01')]
      }),
    ],
    'Hours over 1,000 ppm CO2': () => [
      ['floor', 'zone', 'sensor', 'hours_over', 'hours', 'peak_ppm'],
      ...tower
        .of(({ type, readings }) => type === 'co2' && readings.length > 0)
        .map(({ floor, zone, name, readings }) => {
          const inside = within(readings, ...week).filter(({ atMs }) => Math.abs(plain.localHourOf(atMs) - 13) <= 5)
          const means = [...plain.hourlyMeans(inside).values()]
          const over = means.filter((value) => value > 1_000).length
          return [floor, zone, name, over, means.length, Math.max(...valuesOf(inside))]
        })
        .sort((a, b) => number(b[3]) - number(a[3]) || (`${a[0]}${a[2]}` < `${b[0]}${b[2]}` ? -1 : 1)),
    ],
    Gaps: () => {
      const { name, readings } = tower.at('demo/3F/temp-2')
      const gapFrom = readings.findLast(({ atMs }) => atMs < tokyo('2026-11-20', 10))?.atMs
      const gapTo = readings.find(({ atMs }) => atMs >= tokyo('2026-11-20', 10.5))?.atMs
      return [
        ['name', 'gap_from', 'gap_to', 'missing'],
        [name, gapFrom, gapTo, 30],
        ['Spare', ...friday, 1_439],
      ]
    },
    'Completeness by day': () => [
      ['name', 'day', 'came', 'expected', 'percent'],
      ...tower
        .of(({ floor, readings }) => floor === '3F' && readings.length > 0)
        .flatMap(({ name, readings, intervalS }) =>
          days('2026-11-20', 2).map((day) => {
            const came = readings.filter(({ atMs }) => dayOf(atMs) === day).length
            return [name, day, came, 86_400 / intervalS, Math.round((came * intervalS) / 86.4) / 10]
          }),
        )
        .sort((a, b) => number(a[4]) - number(b[4]) || (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1)),
    ],
    'Share of time a door was open': () => [
      ['name', 'open_percent'],
      ...tower
        .of(({ floor, type }) => floor === '3F' && type === 'contact')
        .sort(byName)
        .map(({ name, readings }) => {
          const spans = within(readings, ...friday).map(({ atMs, value }, i, all) => ({
            value,
            ms: Math.min(all[i + 1]?.atMs ?? friday[1], atMs + 180_000) - atMs,
          }))
          const open = spans.filter(({ value }) => value === 0)
          return [name, (100 * sum(open.map(({ ms }) => ms))) / sum(spans.map(({ ms }) => ms))]
        }),
    ],
    'Late and suspect readings of a sensor': () => [
      ['at', 'value', 'suspect', 'late'],
      ...within(tower.at('demo/3F/temp-1').readings, tokyo('2026-11-16'), tokyo('2026-11-23'))
        .filter(({ late, suspect }) => late || suspect)
        .map(({ atMs, value, suspect, late }) => [atMs, value, suspect, late]),
    ],
    'A week and the week before': () => [
      ['weekday', 'kwh', 'kwh_before', 'change_percent'],
      ...days('2026-11-16', 7).map((day, i) => {
        const [now, before] = [energyOf(day), energyOf(days('2026-11-09', 7)[i] as string)]
        return [i + 1, now, before, 100 * (now / before - 1)]
      }),
    ],
    'Top ten consumers': () => [
      ['building', 'floor', 'meter', 'kwh'],
      ...energy
        .map(({ floor, name }, i) => [
          'Kazamichi Tower',
          floor,
          name,
          sum(days('2026-11-01', 30).map((day) => byDay[i]?.get(day) ?? 0)),
        ])
        .sort((a, b) => number(b[3]) - number(a[3])),
      ['Harbour House', 'Ground', 'Main', 146],
    ],
    'Night baseline': () => [
      ['floor', 'name', 'baseline_w'],
      ...tower
        .of(({ type }) => type === 'power')
        .sort((a, b) => (`${a.floor}${a.name}` < `${b.floor}${b.name}` ? -1 : 1))
        .map(({ floor, name, readings }) => {
          const hours = [...plain.hourlyMeans(within(readings, ...week))].filter(
            ([atMs]) => Math.abs(plain.localHourOf(atMs) - 2.5) < 2,
          )
          const nights = Map.groupBy(hours, ([atMs]) => dayOf(atMs))
          return [floor, name, mean([...nights.values()].map((night) => Math.min(...night.map(([, value]) => value))))]
        }),
    ],
    'Percentile over hours': () => [
      ['name', 'p95_ppm'],
      ...tower
        .of(({ floor, type, readings }) => floor === '3F' && type === 'co2' && readings.length > 0)
        .sort(byName)
        .map(({ name, readings }) => [
          name,
          plain.percentile([...plain.hourlyMeans(within(readings, ...week)).values()], 0.95),
        ]),
    ],
    'First and last reading': () => {
      const { key, readings } = tower.at('demo/3F/temp-1')
      const [first, last] = [readings[0], readings.at(-1)]
      return [
        ['sensor_key', 'first_day', 'newest_at', 'newest_value'],
        [key, dayOf(first?.atMs as number), last?.atMs, last?.value],
      ]
    },
    'To a CSV file': () => [
      ['at', 'value', 'quality', 'late'],
      ...within(tower.at('demo/3F/temp-1').readings, ...friday).map(({ atMs, value }) => [atMs, value, 0, false]),
    ],
  }
}
