import assert from 'node:assert/strict'
import type { RawRecord, RollupRecord } from '@plenum/contract'
import { signIn } from './api-session.ts'
import type { Benchmark, BenchmarkOptions, Outcome, Size } from './benchmark.ts'
import { type BulkRound, reportBulk } from './bulk-report.ts'
import { type CpuMs, readCpu } from './cpu.ts'
import { assertSameRecords } from './history-checks.ts'
import { createHistoryClient, type HistoryClient, recordsOf } from './history-client.ts'
import { postBatches } from './post-batches.ts'
import type { ReadingRows } from './reading-rows.ts'
import { openReadingTable, type ReadingTable } from './reading-table.ts'
import { postRuns, runLines } from './run-lines.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { closedUntilMs, type SimulatedBuilding, simulateBuilding } from './simulated-building.ts'

const dayMs = 86_400_000
const minuteS = 60
/** The most that a request may hold. */
const batch = 10_000
const clients = 4

const plans: Record<Size, { levels: number; days: number; rounds: number }> = {
  tiny: { levels: 1, days: 1, rounds: 1 },
  small: { levels: 10, days: 2, rounds: 5 },
  full: { levels: 10, days: 7, rounds: 7 },
}

export const bulk: Benchmark = {
  description: 'readings a second through the bulk import, beside the same readings through ingest',
  run: runBulk,
}

async function runBulk({ size, say, profileDir }: BenchmarkOptions): Promise<Outcome> {
  const plan = plans[size]
  await using open = new AsyncDisposableStack()
  say('starting the server')
  const server = open.use(await startServer({ profileDir }))
  const table = await openReadingTable(server.database)
  open.defer(table.close)
  await table.assertDurable()
  const api = await signIn(server.port)
  const { levels } = plan
  // One after the other: the same sensors in the same order.
  const bulkBuilding = await simulateBuilding(api, { name: 'Bulk', levels, gateways: 1 })
  const ingestBuilding = await simulateBuilding(api, { name: 'Ingest', levels, gateways: clients })
  const bench: Bench = { server, table, past: createHistoryClient(server.port, api), bulkBuilding, ingestBuilding }

  const rounds: BulkRound[] = []
  const firstMs = closedUntilMs(Date.now()) - (plan.rounds + 1) * plan.days * dayMs
  let readings = 0
  for (let round = 0; round <= plan.rounds; round++) {
    say(round === 0 ? 'warming up' : `round ${round} of ${plan.rounds}`)
    const fromMs = firstMs + round * plan.days * dayMs
    const span = { fromMs, toMs: fromMs + plan.days * dayMs }
    const arms = { bulk: prepareBulk(bench, span), ingest: prepareIngest(bench, span) }
    readings = arms.bulk.readings
    assert.equal(arms.ingest.readings, readings)
    const found: Partial<BulkRound> = {}
    // Another arm begins each round.
    for (const arm of round % 2 === 0 ? (['bulk', 'ingest'] as const) : (['ingest', 'bulk'] as const)) {
      await table.checkpoint()
      const before = await readCpu(server)
      const { ms } = await arms[arm].send()
      const after = await readCpu(server)
      found[arm] = { perSecond: (readings / ms) * 1_000, cpuUs: before && after && usedUs(before, after, readings) }
    }
    await assertSamePast(bench, span)
    if (round > 0) rounds.push(found as BulkRound)
  }
  return reportBulk({ rounds, plan, readings, batch, clients, postgresVersion: await table.version() })
}

interface Bench {
  server: ServerProcess
  table: ReadingTable
  past: HistoryClient
  bulkBuilding: SimulatedBuilding
  ingestBuilding: SimulatedBuilding
}

interface Span {
  fromMs: number
  toMs: number
}

interface PreparedArm {
  readings: number
  send(): Promise<{ ms: number }>
}

/** One request with all of it. */
function prepareBulk({ server, bulkBuilding }: Bench, { fromMs, toMs }: Span): PreparedArm {
  const rows = bulkBuilding.readings(fromMs, toMs, minuteS)
  const body = runLines(rows, fromMs)
  const key = bulkBuilding.keys[0] as string
  return { readings: rows.length, send: () => postRuns(server.port, key, body, rows.length) }
}

function prepareIngest({ server, ingestBuilding }: Bench, { fromMs, toMs }: Span): PreparedArm {
  const rows = ingestBuilding.readings(fromMs, toMs, minuteS)
  const bodies = jsonBodies(rows)
  return {
    readings: rows.length,
    send: async () => {
      const load = await postBatches(server.port, ingestBuilding.keys, bodies)
      assert.equal(load.stored, rows.length, 'answers add up to another number of readings')
      return load
    },
  }
}

/** In order of time, as gateways that catch up would send them. */
function jsonBodies({ length, sensorIds, atMs, values }: ReadingRows): Buffer[] {
  return Array.from({ length: Math.ceil(length / batch) }, (_, part) => {
    const from = part * batch
    const readings = Array.from({ length: Math.min(batch, length - from) }, (__, i) => {
      const timestamp = new Date(atMs[from + i] as number).toISOString().replace('.000Z', 'Z')
      return { sensor_id: sensorIds[from + i], timestamp, value: values[from + i] }
    })
    return Buffer.from(JSON.stringify({ readings }))
  })
}

const usedUs = (before: CpuMs, after: CpuMs, readings: number): CpuMs => {
  return {
    server: ((after.server - before.server) * 1_000) / readings,
    postgres: ((after.postgres - before.postgres) * 1_000) / readings,
  }
}

/** Hours of every floor, and every reading of the last day of one: equal but for the ids of sensors. */
async function assertSamePast(bench: Bench, { fromMs, toMs }: Span): Promise<void> {
  const { past, bulkBuilding, ingestBuilding, table } = bench
  const places = new Map<number, number>()
  for (const { sensorIds } of [bulkBuilding, ingestBuilding]) sensorIds.forEach((id, place) => places.set(id, place))
  const answer = async (
    building: SimulatedBuilding,
    level: number,
    [from, to]: [number, number],
    resolution: string,
  ) => {
    const answered = await past.floor(building.floorIds.get(level) as number, from, to, resolution)
    return recordsOf<RawRecord | RollupRecord>(answered).map((record) => {
      return { ...record, sensor_id: places.get(record.sensor_id) }
    })
  }
  const assertSame = async (level: number, span: [number, number], resolution: string): Promise<void> => {
    const found = await answer(bulkBuilding, level, span, resolution)
    assert.ok(found.length > 0)
    assertSameRecords(found, await answer(ingestBuilding, level, span, resolution))
  }
  for (const level of bulkBuilding.floorIds.keys()) await assertSame(level, [fromMs, toMs], '1h')
  await assertSame(1, [toMs - dayMs, toMs], 'raw')
  const counts = await Promise.all(
    [bulkBuilding, ingestBuilding].map(async ({ sensorIds }) => {
      const { rows } = await table.client.query<{ count: string }>('select count(*) from reading_between($1, $2, $3)', [
        sensorIds,
        new Date(fromMs),
        new Date(toMs),
      ])
      return rows[0]?.count
    }),
  )
  assert.equal(counts[0], counts[1])
}
