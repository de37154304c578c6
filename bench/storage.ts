import assert from 'node:assert/strict'
import { type ApiSession, signIn } from './api-session.ts'
import type { Benchmark, BenchmarkOptions, Outcome, Size } from './benchmark.ts'
import { openDays } from './closed-days.ts'
import { runJob } from './operator.ts'
import { copyOfRows, type ReadingRows } from './reading-rows.ts'
import { openReadingTable, type ReadingTable } from './reading-table.ts'
import { hasRecordedBuilding, readRecordedBuilding } from './recorded-building.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { closedUntilMs, simulateBuilding } from './simulated-building.ts'
import { reportStorage, type Stages } from './storage-report.ts'
import { readRowBytes, readSegmentBytes } from './storage-size.ts'

const dayMs = 86_400_000
/** Readings so old have outlived their time in every kind, the figures of their days in none. */
const ageDays = 2 * 364
/** From the recording's first week to the same week of the year, eleven years later: 574 weeks. */
const recordedFromMs = Date.UTC(2013, 7, 23)

const plans: Record<Size, { rooms: number; levels: number; days: number }> = {
  tiny: { rooms: 2, levels: 1, days: 1 },
  small: { rooms: 50, levels: 10, days: 3 },
  full: { rooms: 50, levels: 10, days: 28 },
}

export const storage: Benchmark = {
  description: 'bytes a reading: as rows, sealed, and as figures once readings were dropped',
  run: runStorage,
}

async function runStorage({ size, say, profileDir }: BenchmarkOptions): Promise<Outcome> {
  const plan = plans[size]
  await using open = new AsyncDisposableStack()
  say('starting the server')
  const server = open.use(await startServer({ profileDir }))
  const table = await openReadingTable(server.database)
  open.defer(table.close)
  const api = await signIn(server.port)
  const buildings: [name: string, goal: number | null, read: Reader][] = [
    ['simulated building', 1.5, () => simulated(api, { ...plan, resolutionS: 0, ageDays })],
    // In partitions of its own: sealed rows leave theirs large until it is dropped.
    ['simulated building, a minute', null, () => simulated(api, { ...plan, resolutionS: 60, ageDays: ageDays - 63 })],
  ]
  const hasKeti = await hasRecordedBuilding()
  if (hasKeti) buildings.unshift(['KETI', 2, () => recorded(api, plan.rooms)])
  const measured: Stages[] = []
  for (const [name, goal, read] of buildings) {
    say(name)
    const { rows, key, sensors } = await read()
    const stages = await measure({ server, table, key }, rows)
    measured.push({ name, goal, sensors, readings: rows.length, ...stages })
  }
  return reportStorage({ measured, hasKeti, postgresVersion: await table.version() })
}

type Reader = () => Promise<{ rows: ReadingRows; key: string; sensors: number }>

async function recorded(api: ApiSession, rooms: number) {
  const weeks = Math.round((Date.now() - ageDays * dayMs - recordedFromMs) / (364 * dayMs)) * 52
  return readRecordedBuilding(api, { rooms, shiftMs: weeks * 7 * dayMs })
}

async function simulated(
  api: ApiSession,
  plan: { levels: number; days: number; resolutionS: number; ageDays: number },
) {
  const { levels, days, resolutionS } = plan
  const building = await simulateBuilding(api, { name: `Bench ${resolutionS}`, levels, gateways: 1 })
  const fromMs = closedUntilMs(Date.now()) - plan.ageDays * dayMs
  const rows = building.readings(fromMs, fromMs + days * dayMs, resolutionS)
  return { rows, key: building.keys[0] as string, sensors: building.sensorIds.length }
}

/** Of the same readings, stage by stage; the database holds no others. */
async function measure(
  { server, table, key }: { server: ServerProcess; table: ReadingTable; key: string },
  rows: ReadingRows,
): Promise<Pick<Stages, 'rows' | 'sealed' | 'vacuumed' | 'figures'>> {
  const span = { fromMs: rows.atMs[0] as number, toMs: (rows.atMs[rows.length - 1] as number) + 1 }
  const { client } = table
  await client.query('truncate segment')
  await openDays({ port: server.port, key, table }, { rows, ...span })
  const { stored } = await table.copy(copyOfRows(rows))
  assert.equal(stored, rows.length)
  const written = await table.digest('reading', span)
  const asRows = await readRowBytes(client)

  await runJob(client, 'seal_closed_days')
  const sealed = await readSegmentBytes(client)
  await client.query('vacuum segment')
  const vacuumed = await readSegmentBytes(client)
  assert.deepEqual(await table.digest('reading', span), { count: '0', mixed: null, sum: null })
  assert.deepEqual(await table.digest('reading_all', span), written, 'sealing has changed what is stored')
  assert.equal(vacuumed.withoutReadings, 0, 'readings were dropped before their time')

  // What a building brings with it is kept as if it had been read since; these have been here all along.
  await client.query('update sensor set created_at = $1', [new Date(span.fromMs)])
  await runJob(client, 'drop_expired_readings')
  await client.query('vacuum segment')
  const figures = await readSegmentBytes(client)
  assert.equal(figures.withoutReadings, figures.days, 'readings that have expired are still there')
  return { rows: asRows, sealed, vacuumed, figures }
}
