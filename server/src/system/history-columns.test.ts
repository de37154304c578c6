import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { requestBoundsS } from '#platform'
import { historyColumns, stepMsOf } from './history-columns.ts'
import type { Sample } from './sample.ts'

const minuteMs = 60_000
const fromMs = Date.UTC(2026, 10, 23, 10)
const close = (a: number | null | undefined, b: number | null) =>
  a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)))

const count = fc.nat(1_000)
const sampleOf = (stored: number, hits: number, missed: number, used: number): Sample => ({
  seconds: 60,
  readings: { stored, duplicate: 0, rejected: 0 },
  latency: [...requestBoundsS.map((_, i) => (i === 2 ? hits : 0)), 0],
  cache: hits + missed === 0 ? {} : { floor: { process: hits, loaded: missed } },
  pools: { web: { used, waiting: 0 } },
  live_streams: used,
  event_loop_delay_ms: used,
  rss_bytes: stored,
  heap_used_bytes: 0,
  cpu_share: 0.5,
})
const row = fc
  .record({ minute: fc.nat(29), instanceId: fc.constantFrom('a', 'b', 'c'), stored: count, hits: count, missed: count })
  .map(({ minute, instanceId, stored, hits, missed }) => ({
    atMs: fromMs + minute * minuteMs,
    instanceId,
    figures: sampleOf(stored, hits, missed, hits),
  }))
const rowsOf = fc.uniqueArray(row, { selector: ({ atMs, instanceId }) => `${atMs} ${instanceId}`, maxLength: 60 })

test('columns are what a slow look at every sample says, and gaps are null', () => {
  fc.assert(
    fc.property(rowsOf, fc.constantFrom(1, 2, 5, 10), (rows, minutes) => {
      const stepMs = minutes * minuteMs
      const columns = historyColumns(rows, { fromMs, toMs: fromMs + 30 * minuteMs, stepMs })
      for (let step = 0; step < 30 / minutes; step++) {
        const inStep = rows.filter(({ atMs }) => Math.floor((atMs - fromMs) / stepMs) === step)
        const times = [...new Set(inStep.map(({ atMs }) => atMs))]
        const perMinute = times.map((atMs) => inStep.filter((one) => one.atMs === atMs).map(({ figures }) => figures))
        const of = (read: (sample: Sample) => number) =>
          perMinute.map((samples) => samples.reduce((total, sample) => total + read(sample), 0))
        const expect = (values: number[], fold: (values: number[]) => number) =>
          values.length === 0 ? null : fold(values)
        const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
        assert.ok(
          close(
            columns.readings.stored[step],
            expect(
              of(({ readings }) => readings.stored / 60),
              mean,
            ),
          ),
          'readings a second, of all processes',
        )
        assert.equal(
          columns.processes.live_streams[step],
          expect(
            of((one) => one.live_streams),
            (all) => Math.max(...all),
          ),
        )
        assert.equal(
          columns.processes.count[step],
          expect(
            of(() => 1),
            (all) => Math.max(...all),
          ),
        )
        const looked = inStep.flatMap(({ figures }) => Object.entries(figures.cache['floor'] ?? {}))
        const all = looked.reduce((total, [, n]) => total + n, 0)
        const found = looked.filter(([where]) => where !== 'loaded').reduce((total, [, n]) => total + n, 0)
        const floor = columns.cache.find(({ kind }) => kind === 'floor')
        if (floor) assert.ok(close(floor.found_share[step], all === 0 ? null : found / all))
        else assert.equal(all, 0)
      }
    }),
  )
})

test('what is measured of the installation stands beside it, at its peak', () => {
  const measured = (minute: number, waiting: number | null) => ({
    atMs: fromMs + minute * minuteMs,
    instanceId: null,
    figures: {
      jobs: waiting === null ? null : { waiting, failed: 1 },
      sealing: null,
      databaseBytes: 5,
      hotBytes: null,
      segmentBytes: null,
      walBytes: null,
    },
  })
  const rows = [measured(0, 3), measured(1, 7), measured(2, null)]
  const { jobs, sealing, disk, readings } = historyColumns(rows, {
    fromMs,
    toMs: fromMs + 6 * minuteMs,
    stepMs: 2 * minuteMs,
  })
  assert.deepEqual(jobs, { waiting: [7, null, null], failed: [1, null, null] })
  assert.deepEqual(sealing.sensor_days, [null, null, null])
  assert.deepEqual(disk.database_bytes, [5, 5, null])
  assert.deepEqual(readings.stored, [null, null, null], 'no process told of itself')
})

test('a chart has some hundred steps, however many hours', () => {
  for (let hours = 1; hours <= 48; hours++) {
    const steps = (hours * 60 * minuteMs) / stepMsOf(hours)
    assert.ok(steps <= 300 && steps >= Math.min(60, hours * 60), `${hours} h: ${steps}`)
    assert.equal(60 % (stepMsOf(hours) / minuteMs), 0)
  }
})
