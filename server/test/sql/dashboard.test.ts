import assert from 'node:assert/strict'
import test from 'node:test'
import type { FieldDef } from 'pg'
import pg from 'pg'
import { asSent, type Chosen, dashboard, type Panel } from './grafana.ts'
import {
  dayOf,
  good,
  hourlyMeans,
  hourMs,
  increases,
  mean,
  rounded,
  sum,
  tokyo,
  valuesOf,
  within,
} from './plain-figures.ts'
import { connectReader } from './reader.ts'
import { startTower, type TowerSensor } from './tower.ts'

/** Every query of the dashboard, as Grafana sends it and as the role of docs/sql.md. */

const tower = await startTower()
const reader = await connectReader(tower.server.databaseUrl)
const { nowMs } = tower.server.clock
const { TEXT, TIMESTAMPTZ, ...others } = pg.types.builtins
const numbers = new Set([others.INT4, others.INT8, others.FLOAT8, others.NUMERIC].map(Number))
type Row = Record<string, unknown>

async function run(sql: string, chosen: Chosen): Promise<{ rows: Row[]; fields: FieldDef[] }> {
  return reader.query<Row>(asSent(sql, chosen).replaceAll('now()', `timestamptz '${new Date(nowMs).toISOString()}'`))
}

const variables: Record<string, (string | number)[]> = { co2_limit: ['900'], sensor_type: ['temperature'] }
/** What a list of a variable offers, all of it chosen where Grafana allows that. */
async function choose(name: string): Promise<Row[]> {
  const { query } = dashboard.templating.list.find((one) => one.name === name) as { query: string }
  const { rows } = await run(query, { ...week, variables })
  variables[name] ??= rows.map((row) => row['__value'] as number)
  return rows
}

const week = { fromMs: tokyo('2026-11-16'), toMs: tokyo('2026-11-23', 19), intervalMs: 600_000 }
const offered = new Map<string, Row[]>()
for (const name of ['building', 'floor', 'sensor_type', 'sensor']) offered.set(name, await choose(name))

const panelOf = (title: string): Panel => dashboard.panels.find((panel) => panel.title.startsWith(title)) as Panel
const ask = async (title: string, chosen: Partial<Chosen> = {}): Promise<Row[]> =>
  (await run(panelOf(title).targets[0]?.rawSql as string, { ...week, variables, ...chosen })).rows
const labelOf = ({ floor, name, unit }: TowerSensor): string => `${floor} ${name} (${unit})`
const temperatures = tower.of(({ type }) => type === 'temperature')
const byText = (a: string, b: string): number => (a < b ? -1 : 1)

test('the lists offer what there is, each text once, by which Grafana tells entries apart', () => {
  assert.deepEqual(
    offered.get('building')?.map((row) => row['__text']),
    ['Kazamichi Tower'],
  )
  assert.deepEqual(
    offered.get('floor')?.map((row) => row['__text']),
    ['1F', '2F', '3F'],
  )
  assert.deepEqual(
    offered.get('sensor_type')?.map((row) => row['sensor_type']),
    [...new Set(tower.of(() => true).map(({ type }) => type))].sort(),
  )
  const sensors = offered.get('sensor')
  assert.deepEqual(sensors?.map((row) => row['__value']).sort(), temperatures.map(({ id }) => id).sort())
  assert.equal(new Set(sensors?.map((row) => row['__text'])).size, temperatures.length)
})

const ranges: Partial<Chosen>[] = [
  {},
  { fromMs: nowMs - 6 * hourMs, toMs: nowMs, intervalMs: 30_000 },
  { fromMs: nowMs - 365 * 24 * hourMs, toMs: nowMs, intervalMs: 24 * hourMs },
  { variables: { building: [], floor: [], sensor: [], sensor_type: [''], co2_limit: ['1000'] } },
]

for (const panel of dashboard.panels) {
  test(`${panel.title}: columns are what the panel draws, over any range, with nothing chosen too`, async () => {
    for (const { rawSql, format } of panel.targets) {
      for (const range of ranges) {
        const { rows, fields } = await run(rawSql, { ...week, variables, ...range })
        const names = fields.map(({ name }) => name)
        if (format === 'time_series') {
          assert.deepEqual(names, ['time', 'metric', 'value'])
          assert.deepEqual(
            fields.map(({ dataTypeID }) => dataTypeID),
            [TIMESTAMPTZ, TEXT, others.FLOAT8],
          )
          assert.ok(rows.every((row, i) => i === 0 || Number(rows[i - 1]?.['time']) <= Number(row['time'])))
          assert.ok(rows.every(({ value }) => typeof value === 'number'))
        }
        for (const { matcher } of panel.fieldConfig.overrides)
          assert.ok(names.includes(matcher.options), matcher.options)
        if (panel.type === 'barchart') {
          const [label, figure] = fields
          assert.deepEqual([names.length, label?.name, label?.dataTypeID], [2, panel.options.xField, TEXT])
          assert.ok(numbers.has(figure?.dataTypeID as number))
        }
        if ('variables' in range) assert.equal(rows.length, 0)
      }
    }
  })
}

test('Newest values: one row a sensor, the newest reading in it', async () => {
  const rows = await ask('Newest values')
  assert.deepEqual(
    rows.map((row) => [row['Floor'], row['Sensor'], row['Value'], row['Measured']].join()).sort(),
    tower
      .of(() => true)
      .map(({ floor, name, readings }) =>
        [
          floor,
          name,
          readings.at(-1)?.value,
          readings.length > 0 ? new Date(readings.at(-1)?.atMs as number) : null,
        ].join(),
      )
      .sort(),
  )
  assert.equal(rows.find((row) => row['Sensor'] === 'Spare')?.['State'], 'silent')
  assert.equal(rows.find((row) => row['Sensor'] === 'Electricity meter')?.['State'], 'stale')
})

/** A curve as the panel has it, from plain lists. */
const curve = (bucketOf: (atMs: number) => number, fromMs: number, toMs: number) =>
  temperatures
    .flatMap((sensor) =>
      [...Map.groupBy(good(within(sensor.readings, fromMs, toMs)), ({ atMs }) => bucketOf(atMs))].map(
        ([atMs, inside]) => [atMs, labelOf(sensor), mean(valuesOf(inside))] as const,
      ),
    )
    .sort((a, b) => a[0] - b[0] || byText(a[1], b[1]))

test('Chosen sensors: readings over a day, hours over a week, days over months, and only one of them is looked at', async () => {
  const hourStart = (atMs: number): number => Math.floor(atMs / hourMs) * hourMs
  const cases: [Chosen, (atMs: number) => number, readings: boolean, hours: boolean][] = [
    [
      { ...week, variables, fromMs: tokyo('2026-11-20'), toMs: tokyo('2026-11-21'), intervalMs: 60_000 },
      (atMs) => Math.floor(atMs / 60_000) * 60_000,
      true,
      false,
    ],
    [{ ...week, variables, toMs: tokyo('2026-11-23') }, hourStart, false, true],
    [
      { ...week, variables, fromMs: tokyo('2026-08-01'), toMs: tokyo('2026-11-23') },
      (atMs) => tokyo(dayOf(atMs)),
      false,
      false,
    ],
  ]
  const sql = panelOf('Chosen sensors').targets[0]?.rawSql as string
  for (const [chosen, bucketOf, readings, hours] of cases) {
    const { rows } = await run(sql, chosen)
    const answer = rows.map(({ time, metric, value }) => [Number(time), metric as string, value] as const)
    answer.sort((a, b) => a[0] - b[0] || byText(a[1], b[1]))
    assert.deepEqual(
      answer.map((row) => rounded([...row])),
      curve(bucketOf, chosen.fromMs, chosen.toMs).map((row) => rounded([...row])),
    )
    const plan = await run(`explain (verbose) ${sql}`, chosen)
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
    // What only the branch over readings, and only the one over hours, has.
    assert.deepEqual([text.includes('date_bin'), text.includes('generate_series')], [readings, hours])
  }
})

test('Chosen counters: hours up to 14 days and days beyond add up to the same', async () => {
  const meters = tower.of(({ type }) => type === 'energy')
  const chosen = { ...variables, sensor: meters.map(({ id }) => id) }
  for (const [from, bucketOf] of [
    ['2026-11-16', (atMs: number) => Math.floor(atMs / hourMs) * hourMs],
    ['2026-10-20', (atMs: number) => tokyo(dayOf(atMs))],
  ] as const) {
    const rows = await ask('Chosen counters', { fromMs: tokyo(from), toMs: tokyo('2026-11-23'), variables: chosen })
    const answer = rows.map(({ time, metric, value }) => [metric, Number(time), value])
    const wanted = meters.flatMap((meter) =>
      [...increases(meter.readings, bucketOf)]
        .filter(([atMs]) => atMs >= tokyo(from) && atMs < tokyo('2026-11-23'))
        .map(([atMs, kwh]) => [labelOf(meter), atMs, kwh]),
    )
    const inOrder = (list: unknown[][]) => list.map((row) => JSON.stringify(rounded(row))).sort()
    assert.deepEqual(inOrder(answer), inOrder(wanted))
  }
})

test('Energy by day: calendar days of the building, the first one whole', async () => {
  const rows = await ask('Energy by day', { fromMs: tokyo('2026-11-16', 15) })
  const byDay = tower.of(({ type }) => type === 'energy').map(({ readings }) => increases(readings, dayOf))
  const days = ['16', '17', '18', '19', '20', '21', '22', '23'].map((day) => `2026-11-${day}`)
  assert.deepEqual(
    rows.map((row) => [row['Day'], rounded(row['Energy'])]),
    days.map((day) => [day, rounded(sum(byDay.map((found) => found.get(day) ?? 0)))]),
  )
})

test('Hours over: by hourly means, those with the most first', async () => {
  const rows = await ask('Hours over')
  const hours = tower
    .of(({ type, readings }) => type === 'co2' && readings.length > 0)
    .map(({ floor, name, readings }) => {
      const means = [...hourlyMeans(within(readings, week.fromMs, week.toMs)).values()]
      return [`${floor} ${name}`, means.filter((value) => value > 900).length] as const
    })
    .sort((a, b) => b[1] - a[1] || byText(a[0], b[0]))
  assert.ok((hours[0]?.[1] ?? 0) > 0)
  assert.deepEqual(
    rows.map((row) => [row['Sensor'], row['Hours']]),
    hours.slice(0, 15),
  )
})

test('Completeness: what came of what was expected since the first midnight of the range, until now', async () => {
  const rows = await ask('Completeness', { fromMs: tokyo('2026-11-20', 5) })
  const seconds = (nowMs - tokyo('2026-11-20')) / 1000
  for (const { floor, name, readings, intervalS } of temperatures) {
    const row = rows.find((one) => one['Floor'] === floor && one['Sensor'] === name)
    const came = within(readings, tokyo('2026-11-20'), nowMs).length
    assert.deepEqual([row?.['Came'], row?.['Expected']], [came, Math.floor(seconds / intervalS)], name)
    assert.equal(rounded(row?.['Complete']), rounded((100 * came) / Math.floor(seconds / intervalS)))
  }
})

test('Late and suspect readings: all of them, the newest first', async () => {
  const rows = await ask('Late and suspect', { toMs: tokyo('2026-11-23') })
  const wanted = temperatures
    .flatMap(({ name, readings }) =>
      within(readings, week.fromMs, tokyo('2026-11-23')).map((one) => ({ name, ...one })),
    )
    .filter(({ suspect, late }) => suspect || late)
    .sort((a, b) => b.atMs - a.atMs)
  assert.equal(wanted.length, 4)
  assert.deepEqual(
    rows.map((row) => [Number(row['Measured']), row['Sensor'], row['Value'], row['What']]),
    wanted.map(({ atMs, name, value, suspect, late }) => [
      atMs,
      name,
      value,
      suspect && late ? 'suspect, late' : late ? 'late' : 'suspect',
    ]),
  )
})
