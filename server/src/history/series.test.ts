import assert from 'node:assert/strict'
import test from 'node:test'
import type { Series } from '@plenum/contract'
import fc from 'fast-check'
import { createSmallBuilding, send, startTestServer } from '#test'
import { createColumns } from './columns.ts'
import { dayMs, hourMs } from './resolution.ts'
import { planSeries } from './series.ts'

const server = await startTestServer()
const { as } = server

const days = (count: number) => ({ fromMs: 0, toMs: count * dayMs })

test('columns are made from readings until they are so wide that whole hours do', () => {
  assert.deepEqual(planSeries(days(1), 800, 60), { stepMs: 108_000, from: 'readings' })
  assert.deepEqual(planSeries(days(92), 800, 60), { stepMs: 9_936_000, from: 'readings' })
  assert.deepEqual(planSeries(days(365), 800, 60), { stepMs: 11 * hourMs, from: 'hours' })
  assert.deepEqual(planSeries(days(3_650), 800, 60), { stepMs: 110 * hourMs, from: 'hours' })
  // A reading a second: hours as soon as a column is as wide as one.
  assert.deepEqual(planSeries(days(120), 800, 1), { stepMs: 4 * hourMs, from: 'hours' })
  assert.equal(planSeries({ fromMs: 0, toMs: 5 }, 800, 60).stepMs, 1)
})

test('there are never more columns than asked for', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 * dayMs }),
      fc.nat({ max: hourMs }),
      fc.integer({ min: 10, max: 4_000 }),
      fc.constantFrom(1, 60, 900),
      (lengthMs, cutMs, points, intervalS) => {
        const { stepMs, from } = planSeries({ fromMs: cutMs, toMs: cutMs + lengthMs }, points, intervalS)
        const beforeMs = from === 'hours' ? cutMs : 0
        assert.ok(Math.ceil((lengthMs + beforeMs) / stepMs) <= points)
      },
    ),
  )
})

test('the mean of a column is never outside it, however large its values', () => {
  const columns = createColumns({ anchorMs: 0, stepMs: 10, columns: 1 })
  const values = Float64Array.of(1.7e308, 1.7e308, -1e308)
  columns.addReadings({ sensorId: 1, atMs: Float64Array.of(1, 2, 3), values, qualities: new Uint8Array(3) })
  const { avg, min, max } = columns.end(0)
  assert.deepEqual([min, max], [[-1e308], [1.7e308]])
  assert.ok((avg[0] as number) <= 1.7e308 && (avg[0] as number) >= -1e308)
})

interface Reading {
  atMs: number
  value: number
}

/** Columns of a plain list: where they begin is taken from the answer, what is in them is not. */
function expectedColumns(readings: Reading[], { fromMs, toMs }: { fromMs: number; toMs: number }, series: Series) {
  const inRange = readings.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
  const good = inRange.filter(({ value }) => value <= 85)
  const extremes = { min: Math.min(...good.map((r) => r.value)), max: Math.max(...good.map((r) => r.value)) }
  const columns = series.timestamp.map((startMs, i) => {
    const endMs = i > 0 ? startMs + series.step_ms : series.timestamp.length > 1 ? firstEnd(series) : toMs
    const inside = inRange.filter(({ atMs }) => atMs >= startMs && atMs < endMs)
    const values = inside.filter(({ value }) => value <= 85).map(({ value }) => value)
    return {
      min: values.length > 0 ? Math.min(...values) : null,
      max: values.length > 0 ? Math.max(...values) : null,
      suspect: inside.length - values.length,
    }
  })
  return { count: inRange.length, extremes, columns }
}

/** End of the first column: on the grid that every other one begins on. */
const firstEnd = ({ timestamp, step_ms }: Series): number => {
  const [first, second] = timestamp as [number, number]
  const ahead = (second - first) % step_ms
  return first + (ahead === 0 ? step_ms : ahead)
}

for (const timezone of ['Asia/Tokyo', 'Asia/Kolkata', 'America/St_Johns', 'Europe/Berlin'])
  test(`every peak is where it was, at every width of a column (${timezone})`, async () => {
    const { temperature, building, asGateway } = await createSmallBuilding(server)
    assert.equal((await as('PATCH', `/api/buildings/${building.id}`, { timezone })).statusCode, 200)
    // Twenty weeks around a change of the clocks, with bursts, gaps and a few implausible values.
    const startMs = Date.UTC(2026, 6, 1)
    const readings: Reading[] = Array.from({ length: 4_000 }, (_, i) => ({
      atMs: startMs + Math.floor(i ** 1.5 * 48) * 1_000 + (i % 7) * 123,
      value: i % 97 === 0 ? 1e6 : Math.round((20 + 15 * Math.sin(i / 50) + ((i * 7919) % 13)) * 10) / 10,
    }))
    const endMs = (readings.at(-1) as Reading).atMs
    const sent = readings.map(({ atMs, value }) => ({
      sensor_id: temperature.id,
      timestamp: new Date(atMs).toISOString(),
      value,
    }))
    assert.equal((await send(asGateway, sent)).stored, sent.length)
    const asked = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.double({ min: 0, max: 1, noNaN: true }),
      points: fc.constantFrom(10, 17, 100, 800),
    })
    await fc.assert(
      fc.asyncProperty(asked, async ({ at, length, points }) => {
        const fromMs = Math.floor(startMs + at * (endMs - startMs))
        const toMs = Math.ceil(fromMs + 1 + length * (endMs - fromMs))
        const query = `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}&points=${points}`
        const answer = await as('GET', `/api/sensors/${temperature.id}/series?${query}`)
        assert.equal(answer.statusCode, 200, answer.body)
        const series = answer.json<Series>()
        const { count, extremes, columns } = expectedColumns(readings, { fromMs, toMs }, series)
        assert.ok(series.timestamp.length <= points)
        assert.equal(series.readings, count)
        assert.deepEqual(
          series.timestamp.map((_, i) => ({ min: series.min[i], max: series.max[i], suspect: series.suspect[i] })),
          columns,
        )
        if (count === 0) return
        const lows = series.min.filter((value) => value !== null)
        const highs = series.max.filter((value) => value !== null)
        assert.deepEqual({ min: Math.min(...lows), max: Math.max(...highs) }, extremes)
        series.avg.forEach((avg, i) => {
          if (avg !== null) assert.ok(avg >= (series.min[i] as number) && avg <= (series.max[i] as number))
        })
      }),
      { numRuns: 12, endOnFailure: true },
    )
  })
