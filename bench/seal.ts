import assert from 'node:assert/strict'
import { signIn } from './api-session.ts'
import type { Benchmark, BenchmarkOptions, Outcome, Size } from './benchmark.ts'
import { readCpu } from './cpu.ts'
import { type ClosedDays, openDays } from './closed-days.ts'
import { readMetric, runJob } from './operator.ts'
import { type Load, postBatches } from './post-batches.ts'
import { copyOfRows } from './reading-rows.ts'
import { openReadingTable, type ReadingTable } from './reading-table.ts'
import { reportSeal, type Sealed, type SealRound } from './seal-report.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { closedUntilMs, simulateBuilding } from './simulated-building.ts'

const dayMs = 86_400_000
const minuteS = 60

const plans: Record<Size, { levels: number; days: number; rounds: number; aloneMs: number }> = {
  tiny: { levels: 1, days: 2, rounds: 1, aloneMs: 500 },
  small: { levels: 10, days: 2, rounds: 5, aloneMs: 3_000 },
  full: { levels: 10, days: 8, rounds: 7, aloneMs: 10_000 },
}
/** Ingest beside sealing: what reliability promises under sustained load. */
const batch = 100
const everyMs = 20
/** More connections than are ever needed at once, so that a slow answer delays no other request. */
const connections = 16

export const seal: Benchmark = {
  description: 'readings a second moved from hot rows into segments, beside COPY of the same; ingest meanwhile',
  run: runSeal,
}

async function runSeal({ size, say, profileDir }: BenchmarkOptions): Promise<Outcome> {
  const plan = plans[size]
  await using open = new AsyncDisposableStack()
  say('starting the server')
  const server = open.use(await startServer({ profileDir }))
  const table = await openReadingTable(server.database)
  open.defer(table.close)
  await table.assertDurable()
  const building = await simulateBuilding(await signIn(server.port), {
    name: 'Bench',
    levels: plan.levels,
    gateways: 1,
  })
  const toMs = closedUntilMs(Date.now())
  const fromMs = toMs - plan.days * dayMs
  const rows = building.readings(fromMs, toMs, minuteS)
  const closed: ClosedDays = { rows, chunks: copyOfRows(rows), fromMs, toMs }
  const bench: Bench = { server, key: building.keys[0] as string, table, sensorIds: building.sensorIds }

  const rounds: SealRound[] = []
  for (let round = 0; round <= plan.rounds; round++) {
    say(round === 0 ? 'warming up' : `round ${round} of ${plan.rounds}`)
    const arms = {
      still: () => copyAndSeal(bench, closed, false),
      busy: () => copyAndSeal(bench, closed, true),
      alone: () => ingestFor(bench, plan.aloneMs),
    }
    const order = ['still', 'busy', 'alone'] as const
    // Another arm begins each round, so that none always follows the same one.
    const turn = Array.from({ length: 3 }, (_, i) => order[(i + round) % 3] as (typeof order)[number])
    const found: Partial<Record<(typeof order)[number], Sealed | Load>> = {}
    for (const arm of turn) found[arm] = await arms[arm]()
    if (round > 0) rounds.push(found as unknown as SealRound)
  }
  return reportSeal({ rounds, readings: rows.length, plan, postgresVersion: await table.version() })
}

interface Bench {
  server: ServerProcess
  key: string
  table: ReadingTable
  sensorIds: number[]
}

async function copyAndSeal(bench: Bench, closed: ClosedDays, withIngest: boolean): Promise<Sealed> {
  const { server, table } = bench
  const count = closed.rows.length
  // The server's own run, which it begins with, would be counted with the one that is measured.
  await runJob(table.client, 'seal_closed_days')
  await table.client.query('truncate segment')
  await openDays({ ...bench, port: server.port }, closed)
  await table.checkpoint()
  const copied = await table.copy(closed.chunks)
  assert.equal(copied.stored, count)
  const written = await table.digest('reading', closed)
  await table.checkpoint()

  const before = await sealingMetrics(server.port)
  const cpuBefore = await readCpu(server)
  let sealing = true
  const ingest = withIngest ? startIngest(bench, () => sealing) : null
  const job = runJob(table.client, 'seal_closed_days').finally(() => (sealing = false))
  const [{ ms }, load] = await Promise.all([job, ingest])
  const cpuAfter = await readCpu(server)
  const after = await sealingMetrics(server.port)

  const seconds = after.seconds - before.seconds
  assert.equal(after.readings - before.readings, count, 'another number of readings was sealed than was copied')
  assert.ok(seconds * 1_000 <= ms + 1, `the server says ${seconds} s where ${ms} ms have passed`)
  assert.deepEqual(await table.digest('reading', closed), { count: '0', mixed: null, sum: null })
  assert.deepEqual(await table.digest('reading_all', closed), written, 'sealing has changed what is stored')
  const cpuUs =
    cpuBefore && cpuAfter
      ? {
          server: ((cpuAfter.server - cpuBefore.server) * 1_000) / count,
          postgres: ((cpuAfter.postgres - cpuBefore.postgres) * 1_000) / count,
        }
      : null
  return { copyPerSecond: (count / copied.ms) * 1_000, sealPerSecond: count / seconds, cpuUs, ingest: load }
}

async function sealingMetrics(port: number) {
  const [readings, seconds] = await Promise.all([
    readMetric(port, 'plenum_sealed_readings_total'),
    readMetric(port, 'plenum_sealing_seconds_total'),
  ])
  return { readings, seconds }
}

function ingestFor(bench: Bench, forMs: number): Promise<Load> {
  const started = performance.now()
  return startIngest(bench, () => performance.now() - started < forMs)
}

/** Fresh readings, as they come in while days are sealed. */
async function startIngest({ server, key, table, sensorIds }: Bench, goOn: () => boolean): Promise<Load> {
  const ids = Array.from({ length: batch }, (_, i) => sensorIds[i % sensorIds.length] as number)
  let sent = 0
  let lastMs = 0
  function* bodies(): Generator<Buffer> {
    while (goOn()) {
      // No two alike, also where a sensor is in one batch several times.
      const firstMs = (lastMs = Math.max(lastMs + batch, Date.now()))
      const readings = ids.map((sensor_id, i) => {
        return { sensor_id, timestamp: new Date(firstMs - i).toISOString(), value: 20 }
      })
      sent += batch
      yield Buffer.from(JSON.stringify({ readings }))
    }
  }
  const startedAt = new Date(Date.now() - batch)
  const load = await postBatches(
    server.port,
    Array.from({ length: connections }, () => key),
    bodies(),
    everyMs,
  )
  assert.equal(load.stored, sent, 'answers add up to another number of readings')
  const gone = await table.client.query('delete from reading where at >= $1', [startedAt])
  assert.equal(gone.rowCount, sent, 'the table holds another number of readings than were sent')
  return load
}
