import assert from 'node:assert/strict'
import type { RawRecord, RollupRecord } from '@plenum/contract'
import type { Benchmark, BenchmarkOptions, Outcome, Size } from './benchmark.ts'
import { encodeCopy } from './binary-copy.ts'
import { assertSameColumns, assertSameDays, assertSameReadings, assertSameRecords } from './history-checks.ts'
import { recordsOf, seriesOf } from './history-client.ts'
import { type HistoryRound, reportHistory } from './history-report.ts'
import { type AskedSensors, openRawReadings } from './raw-readings.ts'
import { bySensor, type ReadingRows } from './reading-rows.ts'
import { closedUntilMs } from './simulated-building.ts'
import { openStoredFloor, type StoredFloor } from './stored-floor.ts'
import { median } from './statistics.ts'

const dayMs = 86_400_000
const points = 800

/** `stored`: days that the three floors hold, each in a database of its own. */
const plans: Record<Size, { stored: [few: number, some: number, most: number]; everyS: number; rounds: number }> = {
  // More than 92 days, so that the answer is of days as well.
  tiny: { stored: [1, 3, 95], everyS: 1_200, rounds: 1 },
  small: { stored: [1, 30, 365], everyS: 60, rounds: 5 },
  full: { stored: [1, 30, 365], everyS: 60, rounds: 15 },
}
const chunkDays = 30
/** Of one measurement: their median counts. */
const requests = { days: 3, series: 5, raw: 3, dashboard: 10 }

export const history: Benchmark = {
  description: 'a year of a floor read back, beside SQL over rows; cost as data grows',
  run: runHistory,
}

async function runHistory({ size, say, profileDir }: BenchmarkOptions): Promise<Outcome> {
  const plan = plans[size]
  await using open = new AsyncDisposableStack()
  say('starting three servers')
  const floors: StoredFloor[] = []
  for (const _ of plan.stored) floors.push(open.use(await openStoredFloor(profileDir)))
  const [few, some, most] = floors as [StoredFloor, StoredFloor, StoredFloor]
  for (const { building } of [few, some]) assert.deepEqual(building.sensorIds, most.building.sensorIds)
  const toMs = closedUntilMs(Date.now())
  const [fewDays, someDays, mostDays] = plan.stored
  const [yearMs, dayFromMs] = [toMs - mostDays * dayMs, toMs - dayMs]

  const raw = await openRawReadings(most.table)
  let readings = 0
  for (let until = yearMs; until < toMs; ) {
    const fromMs = until
    // The last pieces are whole, so that each floor gets its last days.
    until = toMs - (Math.ceil((toMs - fromMs) / dayMs / chunkDays) - 1) * chunkDays * dayMs
    say(`storing ${mostDays} days: ${Math.round((fromMs - yearMs) / dayMs)}`)
    const rows = most.building.readings(fromMs, until, plan.everyS)
    readings += rows.length
    await Promise.all([raw.add(copyBySensor(rows)), most.add(rows, fromMs)])
  }
  for (const [floor, days] of [
    [few, fewDays],
    [some, someDays],
  ] as const)
    await floor.add(floor.building.readings(toMs - days * dayMs, toMs, plan.everyS), toMs - days * dayMs)
  say('indexing rows')
  await raw.end()

  const asked = askedOf(most)
  const rounds: HistoryRound[] = []
  for (let round = 0; round <= plan.rounds; round++) {
    say(round === 0 ? 'warming up and checking' : `round ${round} of ${plan.rounds}`)
    const sensorId = asked.all[round % asked.all.length] as number
    const days = await inTurn(round, {
      plenum: () => times(requests.days, () => most.history.floor(most.floorId, yearMs, toMs)),
      rows: () => timed(() => raw.days(asked, yearMs, toMs)),
    })
    const series = await most.history.series(sensorId, yearMs, toMs, points)
    const { step_ms } = seriesOf(series)
    const chart = await inTurn(round, {
      plenum: () => times(requests.series, () => most.history.series(sensorId, yearMs, toMs, points)),
      rows: () => timed(() => raw.columns(sensorId, yearMs, toMs, step_ms)),
    })
    // Another day each time: what the server remembers of days it has read must not be what is measured.
    const daysBack = (request: number) => ((round * requests.raw + request) % (mostDays - 1)) + 1
    const askedMs = (request: number): [fromMs: number, toMs: number] => {
      const until = toMs - daysBack(request) * dayMs
      return [until - dayMs, until]
    }
    const day = await inTurn(round, {
      plenum: () => times(requests.raw, (request) => most.history.floor(most.floorId, ...askedMs(request))),
      rows: () => timed(() => raw.readings(...askedMs(requests.raw - 1))),
    })
    assertSameDays(recordsOf<RollupRecord>(days.plenum.answer), days.rows.answer)
    assertSameColumns(seriesOf(chart.plenum.answer), chart.rows.answer)
    assertSameReadings(recordsOf<RawRecord>(day.plenum.answer), day.rows.answer)
    const grown = await measureGrowth(floors, round, { fromMs: dayFromMs, toMs })
    if (round === 0) continue
    const dayReadings = day.rows.answer.length
    rounds.push({ days: msOf(days), chart: msOf(chart), day: { ...msOf(day), readings: dayReadings }, grown })
  }
  const postgresVersion = await most.table.version()
  return reportHistory({ rounds, plan, readings, sensors: asked, postgresVersion })
}

/** States and counters are asked for in a way of their own. */
function askedOf({ building }: StoredFloor): AskedSensors {
  const of = (...types: string[]): number[] =>
    building.sensorIds.filter((id) => types.includes(building.typeOf.get(id) as string))
  return { all: building.sensorIds, counters: of('energy', 'water'), states: of('contact') }
}

/** Rows of a sensor beside each other. */
function copyBySensor(rows: ReadingRows): Buffer[] {
  return encodeCopy(rows.length, (take) => {
    for (const [id, { length, atMs, values, qualities }] of bySensor(rows))
      for (let i = 0; i < length; i++) take(id, qualities[i] as number, atMs[i] as number, values[i] as number)
  })
}

interface Timed<T> {
  ms: number
  answer: T
}

async function timed<T>(ask: () => Promise<T>): Promise<Timed<T>> {
  const started = performance.now()
  const answer = await ask()
  return { ms: performance.now() - started, answer }
}

/** The median of several, and the last answer. */
async function times<T extends { ms: number }>(count: number, ask: (i: number) => Promise<T>): Promise<Timed<T>> {
  const answers: T[] = []
  for (let i = 0; i < count; i++) answers.push(await ask(i))
  return { ms: median(answers.map(({ ms }) => ms)), answer: answers.at(-1) as T }
}

/** Another side begins each round. */
async function inTurn<A, B>(round: number, sides: { plenum: () => Promise<A>; rows: () => Promise<B> }) {
  if (round % 2 === 0) {
    const plenum = await sides.plenum()
    return { plenum, rows: await sides.rows() }
  }
  const rows = await sides.rows()
  return { plenum: await sides.plenum(), rows }
}

const msOf = ({ plenum, rows }: { plenum: { ms: number }; rows: { ms: number } }) => {
  return { plenum: plenum.ms, rows: rows.ms }
}

/** A fresh dashboard and the last day, of every floor in turn; the answers are the same whatever lies before. */
async function measureGrowth(
  floors: readonly StoredFloor[],
  round: number,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<HistoryRound['grown']> {
  const dashboard = floors.map((): number[] => [])
  const day = floors.map((): number[] => [])
  for (let i = 0; i < requests.dashboard; i++) {
    for (let j = 0; j < floors.length; j++) {
      const which = (i + j + round) % floors.length
      dashboard[which]?.push(await (floors[which] as StoredFloor).freshDashboard())
    }
  }
  let expected: RawRecord[] | null = null
  for (let i = 0; i < requests.raw; i++) {
    for (let j = 0; j < floors.length; j++) {
      const which = (i + j + round) % floors.length
      const { history: past, floorId } = floors[which] as StoredFloor
      const answered = await past.floor(floorId, fromMs, toMs)
      if (i === 0) {
        const records = recordsOf<RawRecord>(answered)
        assertSameRecords(records, (expected ??= records))
      }
      day[which]?.push(answered.ms)
    }
  }
  return { dashboard: dashboard.map(median), day: day.map(median) }
}
