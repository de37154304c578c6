import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { WireReading } from './batches.ts'
import type { Span } from './coverage.ts'
import type { Post } from './delivery.ts'
import type { ReadingSource } from './faults.ts'
import { createGatewayFeed, type FeedState } from './gateway-feed.ts'
import { dayMs, hourMs, minuteMs } from './local-time.ts'
import { openProgress } from './progress-file.ts'

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

const ok = (readings: WireReading[]) => ({
  status: 200,
  retryAfterS: null,
  answer: { stored: readings.length, duplicates: 0, rejected: 0, errors: [] },
})

const start = (options: { state?: FeedState; nowMs?: number; pastDays?: number; up?: () => boolean } = {}) => {
  const { state = createMemory(), nowMs = startMs, pastDays = 0, up = () => true } = options
  const world = createWorld(nowMs)
  const live: number[] = []
  const past: number[] = []
  const postTo =
    (list: number[]): Post =>
    async (readings) => {
      if (!up()) throw new Error('connection refused')
      list.push(...readings.map(({ timestamp }) => Date.parse(timestamp)))
      return ok(readings)
    }
  const feed = createGatewayFeed({
    gateway: 'gateway',
    source,
    post: postTo(live),
    pacedPost: postTo(past),
    clock: world.clock,
    sleep: world.sleep,
    random: () => 0.5,
    state,
    log: () => {},
    signal: world.signal,
    pastFromMs: nowMs - pastDays * dayMs,
    pastDelayMs: 5000,
  })
  return { ...world, live, past, run: feed.run() }
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

test('the past comes after it, newest first, every minute for two days and every five minutes before', async () => {
  const feed = start({ pastDays: 4 })
  await feed.passUntil(startMs + 5000 - 1)
  assert.deepEqual(feed.past, [])
  await feed.passUntil(startMs + 10_000)
  const oldest = startMs - 4 * dayMs
  assert.equal(Math.min(...feed.past), oldest)
  assert.equal(new Set(feed.past).size, feed.past.length)
  const pieces = feed.past.filter((atMs, i) => i === 0 || atMs < (feed.past[i - 1] as number))
  assert.deepEqual(
    pieces,
    [...pieces].sort((a, b) => b - a),
  )
  const countIn = (fromMs: number, toMs: number): number => feed.past.filter((at) => at >= fromMs && at < toMs).length
  assert.equal(countIn(startMs - 47 * hourMs, startMs - 46 * hourMs), 60)
  assert.equal(countIn(oldest + 5 * hourMs, oldest + 6 * hourMs), 12)
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
