import assert from 'node:assert/strict'
import test from 'node:test'
import { examples } from './document.ts'
import { exampleAnswers } from './example-answers.ts'
import { mean, rounded, sum, tokyo, valuesOf, within } from './plain-figures.ts'
import { connectReader } from './reader.ts'
import { addHarbourHouse, startTower } from './tower.ts'

/** Every question of docs/sql.md, asked as the role made there, and answered from plain lists. */

const tower = await startTower()
const reader = await connectReader(tower.server.databaseUrl)
const answers = exampleAnswers(tower)
const nowText = `timestamptz '${new Date(tower.server.clock.nowMs).toISOString()}'`

async function ask(heading: string, change: (sql: string) => string = (sql) => sql): Promise<unknown[][]> {
  const found = examples.filter((one) => one.heading === heading)
  assert.equal(found.length, 1, heading)
  const { rows, fields } = await reader.query<unknown[]>({
    text: change(found[0]?.sql.replaceAll('now()', nowText) as string),
    rowMode: 'array',
  })
  return [
    fields.map(({ name }) => name),
    ...rows.map((row) => row.map((value) => (value instanceof Date ? value.getTime() : value))),
  ]
}

await addHarbourHouse(tower)

for (const [heading, expected] of Object.entries(answers)) {
  test(`${heading}: as counted one by one`, async () => {
    const answer = await ask(heading)
    const wanted = expected()
    // Age is of the moment.
    const columns = (wanted[0] as string[]).length
    assert.ok(wanted.length > 1)
    assert.deepEqual(rounded(answer.map((row) => row.slice(0, columns))), rounded(wanted))
  })
}

test('Means by kind of room: as counted one by one', async () => {
  const [names, ...rows] = await ask('Means by kind of room')
  assert.deepEqual(names, ['kind', 'sensor_type', 'unit', 'sensors', 'mean'])
  const asked = tower.of(({ type, readings }) => /^(temperature|humidity|co2)$/.test(type) && readings.length > 0)
  assert.equal(sum(rows.map((row) => row[3] as number)), asked.length)
  const humid = asked.filter(({ type }) => type === 'humidity')
  const found = rows.filter(([, type]) => type === 'humidity')
  assert.ok(found.length > 1)
  const values = humid.map(({ readings }) => mean(valuesOf(within(readings, tokyo('2026-11-20'), tokyo('2026-11-21')))))
  // All report once a minute, so a mean of means by sensors is the mean of all.
  assert.deepEqual(
    rounded(sum(found.map((row) => (row[4] as number) * (row[3] as number))) / humid.length),
    rounded(mean(values)),
  )
})

test('the day on which the clock goes back has 25 hours, and its energy is that of 25 hours', async () => {
  const rows = await ask('Energy of a building by day', (sql) =>
    sql.replace('Kazamichi Tower', 'Harbour House').replace("date '2026-11-01'", "date '2026-10-30'"),
  )
  assert.deepEqual(rows.slice(1), [
    ['2026-10-30', 47],
    ['2026-10-31', 48],
    ['2026-11-01', 50],
    ['2026-11-02', 48],
    ['2026-11-03', 48],
  ])
})

test('every block runs, and every example has an answer here', async () => {
  for (const { sql } of examples) await reader.query(sql)
  const known = new Set([...Object.keys(answers), 'Means by kind of room', 'What is fast, and why'])
  assert.deepEqual(
    examples.map(({ heading }) => heading).filter((heading) => !known.has(heading)),
    [],
  )
})

test('a good question goes straight to its days, and a bad one reads them all', async () => {
  const plans: string[] = []
  for (const { sql } of examples.filter(({ heading }) => heading === 'What is fast, and why')) {
    const { rows } = await reader.query<{ 'QUERY PLAN': string }>(sql)
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  assert.equal(plans.length, 2)
  assert.match(
    plans[0] as string,
    /using segment_pkey on segment.*\n\s*Index Cond: \(\(sensor_id = .* AND \(from_at >= /,
  )
  assert.match(plans[1] as string, /Seq Scan on segment/)
})
