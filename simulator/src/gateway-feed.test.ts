import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ReadingRun } from '@plenum/contract'
import type { WireReading } from './batches.ts'
import type { Span } from './coverage.ts'
import type { ReadingSource } from './faults.ts'
import { createGatewayFeed, type FeedState } from './gateway-feed.ts'
import { createLocalTime, dayMs, hourMs, minuteMs } from './local-time.ts'
import { openProgress } from './progress-file.ts'
import type { Runs } from './runs.ts'

const startMs = Date.UTC(2026, 10, 23, 10, 15)

/** One sensor that reports every ten seconds; coarse readings are a part of the fine ones. */
const source: ReadingSource = {
  *readings({ fromMs, toMs, resolutionS = 0 }) {
    const everyMs = Math.max(10, resolutionS) * 1000
    for (let atMs = Math.ceil(fromMs / everyMs) * everyMs; atMs < toMs; atMs += everyMs) {
      yield { sensor_key: 'one', atMs, value: atMs / 1000 }
    }
  },
}

/** A world in which time passes only while everyone sleeps. */
const createWorld = (nowMs = startMs) => {
  const sleepers: { untilMs: number; wake: () => void }[] = []
  const stop = new AbortController()
  const sleep = (ms: number): Promise<void> => new Promise((wake) => sleepers.push({ untilMs: nowMs + ms, wake }))
  /** Lets time pass until `untilMs`, waking everyone in turn. */
  const passUntil = async (untilMs: number): Promise<void> => {
    for (;;) {
      await new Promise(setImmediate)
      sleepers.sort((a, b) => a.untilMs - b.untilMs)
      if (sleepers.length === 0 || (sleepers[0]?.untilMs as number) > untilMs) break
      const next = sleepers.shift() as (typeof sleepers)[number]
      nowMs = Math.max(nowMs, next.untilMs)
      next.wake()
    }
    nowMs = untilMs
  }
  const end = async (run: Promise<void>): Promise<void> => {
    stop.abort()
    while (sleepers.length > 0) {
      for (const { wake } of sleepers.splice(0)) wake()
      await new Promise(setImmediate)
    }
    await run
  }
  return { clock: () => nowMs, sleep, passUntil, end, signal: stop.signal }
}

const createMemory = (covered: Span[] = []): FeedState & { covered: Span[] } => ({
  covered,
  load() {
    return this.covered
  },
  save(spans) {
    this.covered = spans
  },
})

/** Times of a body of the bulk endpoint, read as the server does. */
const timesIn = ({ ndjson }: Runs): number[] =>
  ndjson
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { start, step_ms, timestamps, values } = JSON.parse(line) as Required<ReadingRun>
      return timestamps ?? values.map((_, i) => start + i * step_ms)
    })

const ok = (readings: { length: number }) => ({
  status: 200,
  retryAfterS: null,
  answer: { stored: readings.length, duplicates: 0, rejected: 0, errors: [] },
})

const start = (options: { state?: FeedState; nowMs?: number; pastDays?: number; up?: () => boolean } = {}) => {
  const { state = createMemory(), nowMs = startMs, pastDays = 0, up = () => true } = options
  const world = createWorld(nowMs)
  const live: number[] = []
  const past: number[] = []
  const requests: number[][] = []
  const answer = (readings: { length: number }) => {
    if (!up()) throw new Error('connection refused')
    return ok(readings)
  }
  const feed = createGatewayFeed({
    gateway: 'gateway',
    source,
    async post(readings: WireReading[]) {
      const answered = answer(readings)
      live.push(...readings.map(({ timestamp }) => Date.parse(timestamp)))
      return answered
    },
    async postRuns(runs: Runs) {
      const answered = answer(runs)
      requests.push(timesIn(runs))
      past.push(...timesIn(runs))
      return answered
    },
    pace: (work) => work(),
    localTime: createLocalTime('Asia/Tokyo'),
    clock: world.clock,
    sleep: world.sleep,
    random: () => 0.5,
    state,
    log: () => {},
    signal: world.signal,
    pastFromMs: nowMs - pastDays * dayMs,
    pastDelayMs: 5000,
  })
  return { ...world, live, past, requests, run: feed.run() }
}

test('the last hour comes first and at once, then one reading after the other as time passes', async () => {
  const feed = start()
  await feed.passUntil(startMs)
  // A value a minute; of the last minute all, or a sensor that reports every ten seconds would look stale.
  const lastMinute = [-50, -40, -30, -20, -10, 0].map((s) => startMs + s * 1000)
  assert.deepEqual(feed.live.slice(-6), lastMinute)
  assert.equal(feed.live.length, 59 + 6)
  assert.equal(feed.live[0], startMs - 59 * minuteMs)
  await feed.passUntil(startMs + 60_000)
  assert.deepEqual(
    feed.live.slice(65),
    [10, 20, 30, 40, 50, 60].map((s) => startMs + s * 1000),
  )
  await feed.end(feed.run)
})

test('the past comes after it, newest day first, whole days of the building, every minute for 35 days', async () => {
  const feed = start({ pastDays: 40 })
  await feed.passUntil(startMs + 5000 - 1)
  assert.deepEqual(feed.past, [])
  await feed.passUntil(startMs + 60_000)
  const oldest = startMs - 40 * dayMs
  assert.equal(Math.min(...feed.past), oldest)
  assert.equal(new Set(feed.past).size, feed.past.length)
  // 15:00 UTC is midnight in Tokyo, where it is evening now.
  const midnight = startMs - (4 * hourMs + 15 * minuteMs) - 15 * hourMs
  const days = feed.requests.map((times) => [times[0], times.at(-1)])
  assert.deepEqual(days[0], [midnight, startMs - hourMs])
  assert.deepEqual(
    days.slice(1, -1),
    Array.from({ length: 39 }, (_, i) => {
      const everyMs = i < 35 ? minuteMs : 15 * minuteMs
      return [midnight - (i + 1) * dayMs, midnight - i * dayMs - everyMs]
    }),
  )
  assert.deepEqual(
    feed.requests.slice(1, -1).map(({ length }) => length),
    Array.from({ length: 39 }, (_, i) => (i < 35 ? 1440 : 96)),
  )
  await feed.end(feed.run)
})

test('an outage delays readings, loses none and keeps their order', async () => {
  let up = true
  const feed = start({ up: () => up })
  await feed.passUntil(startMs + 30_000)
  up = false
  await feed.passUntil(startMs + 2 * hourMs)
  const before = feed.live.length
  up = true
  await feed.passUntil(startMs + 2 * hourMs + 60_000)
  const late = feed.live.slice(before)
  assert.equal(late.length, (2 * hourMs + 30_000) / 10_000)
  assert.deepEqual(
    late,
    late.map((_, i) => startMs + 40_000 + i * 10_000),
  )
  await feed.end(feed.run)
})

test('after an outage of days the last day comes live and the rest is filled behind it', async () => {
  let up = true
  const state = createMemory()
  const feed = start({ state, up: () => up })
  await feed.passUntil(startMs + 1000)
  up = false
  await feed.passUntil(startMs + 3 * dayMs)
  up = true
  await feed.passUntil(startMs + 3 * dayMs + 5 * minuteMs)
  const arrived = new Set([...feed.live, ...feed.past])
  for (let atMs = startMs; atMs < startMs + 3 * dayMs; atMs += minuteMs) assert.ok(arrived.has(atMs))
  await feed.end(feed.run)
  assert.equal(state.covered.length, 1)
})

test('a restarted feed sends what is missing, the gap while it was off included, and nothing twice', async () => {
  const state = createMemory()
  const first = start({ state, pastDays: 2 })
  await first.passUntil(startMs + hourMs)
  await first.end(first.run)

  const againMs = startMs + 9 * hourMs
  const second = start({ state, nowMs: againMs, pastDays: 2 })
  await second.passUntil(againMs + minuteMs)
  await second.end(second.run)
  const sentBefore = new Set([...first.live, ...first.past])
  const sentAgain = [...second.live, ...second.past].filter((atMs) => sentBefore.has(atMs))
  assert.deepEqual(sentAgain, [])
  const arrived = new Set([...sentBefore, ...second.live, ...second.past])
  for (let atMs = startMs - 2 * dayMs + dayMs; atMs <= againMs; atMs += minuteMs) assert.ok(arrived.has(atMs))
  assert.deepEqual(state.covered.length, 1)
})

test('progress survives on disk, and a damaged file is as good as none', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-simulator-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'state.json')
  const failed = (error: unknown): void => assert.fail(String(error))
  const open = (nowMs: number) => openProgress({ path, nowMs, failed })
  open(startMs)
    .of('a')
    .save([[startMs - dayMs, startMs]])
  const again = open(startMs + dayMs)
  assert.equal(again.startedAtMs, startMs)
  assert.deepEqual(again.of('a').load(), [[startMs - dayMs, startMs]])
  assert.deepEqual(again.of('b').load(), [])
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 20))
  assert.deepEqual(open(startMs).of('a').load(), [])
})

test('a state that cannot be written is reported and stops nothing', () => {
  const errors: unknown[] = []
  const progress = openProgress({ path: '/nowhere/at/all.json', nowMs: startMs, failed: (error) => errors.push(error) })
  progress.of('a').save([[0, 1]])
  assert.equal(errors.length, 1)
})
