import assert from 'node:assert/strict'
import { startChildServer } from './child-server.ts'
import type { Benchmark, BenchmarkOptions, Outcome, Size } from './benchmark.ts'
import { readCpu } from './cpu.ts'
import { type Arm, type Measured, reportIngest } from './ingest-report.ts'
import { openKeepAlive } from './keep-alive-client.ts'
import { createBuilding } from './measured-building.ts'
import { checksumOf, copyChunks, countOf, dayMs, jsonBatches, type Readings } from './minute-readings.ts'
import { ingestHead, type Load, postBatches } from './post-batches.ts'
import { openReadingTable, type ReadingTable } from './reading-table.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const plans: Record<Size, { sensors: number; minutes: number; rounds: number }> = {
  tiny: { sensors: 20, minutes: 50, rounds: 1 },
  small: { sensors: 500, minutes: 300, rounds: 5 },
  full: { sensors: 500, minutes: 1_200, rounds: 5 },
}

/** The least that batches of so many readings must reach with most clients, as a share of COPY. */
const goals = new Map([
  [1_000, 0.6],
  [100, 0.35],
])
const clientCounts = [4, 8, 16]
const mostClients = Math.max(...clientCounts)
/** Of answers while half as much comes in as at the most. */
const goalP99Ms = 100

const inWords = (count: number): string => count.toLocaleString('en')

const arms: Arm[] = [
  { name: 'COPY, one connection', kind: 'copy', clients: 1, batch: null, goal: null },
  ...[1_000, 100].flatMap((batch): Arm[] => [
    ...clientCounts.map((clients): Arm => {
      return {
        name: `${inWords(batch)} a request, ${clients} clients`,
        kind: 'ingest',
        clients,
        batch,
        goal: clients === mostClients ? (goals.get(batch) ?? null) : null,
      }
    }),
    { name: `${inWords(batch)} a request, 4 clients, parsed only`, kind: 'plain', clients: 4, batch, goal: null },
  ]),
  {
    name: `1,000 a request, ${mostClients} clients, all sent again`,
    kind: 'resend',
    clients: mostClients,
    batch: 1_000,
    goal: null,
  },
  // More connections than are ever needed at once, so that a slow answer delays no other request.
  {
    name: '1,000 a request, at half of the most',
    kind: 'paced',
    clients: 4 * mostClients,
    batch: 1_000,
    goal: goalP99Ms,
  },
]

export const ingest: Benchmark = {
  description: 'readings a second through HTTP, committed, as a share of a binary COPY into the same table',
  run: runIngest,
}

async function runIngest({ size, say, profileDir }: BenchmarkOptions): Promise<Outcome> {
  const plan = plans[size]
  await using open = new AsyncDisposableStack()
  say('starting the server')
  const server = open.use(await startServer({ profileDir }))
  const plain = open.use(await startChildServer(new URL('./plain-http.ts', import.meta.url)))
  const table = await openReadingTable(server.database)
  open.defer(table.close)
  await table.assertDurable()
  await assertKeysAreChecked(server)
  const { sensorIds, keys } = await createBuilding(server.port, {
    sensors: plan.sensors,
    gateways: mostClients,
  })
  await table.keepUnsealed(sensorIds)

  // Time moves on from arm to arm, as it does for a building: each has a day of its own, the last one yesterday.
  const days = arms.filter(({ kind }) => kind !== 'plain').length * (plan.rounds + 1)
  assert.ok(days <= 62, 'older days would share the partition of their month')
  let dayFromMs = Math.floor(Date.now() / dayMs) * dayMs - days * dayMs
  const measured: Measured[] = []
  let most = Number.NaN
  for (let round = 0; round <= plan.rounds; round++) {
    say(round === 0 ? 'warming up' : `round ${round} of ${plan.rounds}`)
    // Another arm begins each round, so that none always follows the same one.
    for (let i = 0; i < arms.length; i++) {
      const arm = arms[(i + round) % arms.length] as Arm
      const readings: Readings = { sensorIds, dayFromMs, minutes: plan.minutes }
      if (arm.kind !== 'plain') dayFromMs += dayMs
      const result = await measure(arm, readings, { server, plainPort: plain.port, table, keys, most })
      if (arm.batch === 1_000 && arm.kind === 'ingest' && arm.clients === mostClients) most = result.perSecond
      if (round > 0) measured.push({ ...result, arm, round })
    }
  }
  return reportIngest({ arms, measured, plan, postgresVersion: await table.version() })
}

interface Bench {
  server: ServerProcess
  plainPort: number
  table: ReadingTable
  keys: string[]
  /** Readings a second that most clients reached last. */
  most: number
}

async function measure(arm: Arm, readings: Readings, bench: Bench) {
  const { server, table, keys } = bench
  const run = prepare(arm, readings, bench)
  if (arm.kind !== 'plain') await openDay(server.port, keys[0] as string, readings)
  if (arm.kind === 'resend') await prepare({ ...arm, kind: 'ingest' }, readings, bench)()
  await table.checkpoint()
  const before = await readCpu(server)
  const ownBefore = process.cpuUsage()
  const { ms, latenciesMs, stored, duplicates } = await run()
  const own = process.cpuUsage(ownBefore)
  const after = await readCpu(server)
  const taken = arm.kind === 'resend' ? duplicates : stored
  assert.equal(taken, countOf(readings), `${arm.name}: answers add up to another number of readings`)
  if (arm.kind !== 'plain') await table.assertHolds(readings, checksumOf(readings))
  await table.dropDay(readings.dayFromMs)
  const busyCores =
    before && after
      ? {
          generator: (own.user + own.system) / 1_000 / ms,
          server: (after.server - before.server) / ms,
          postgres: (after.postgres - before.postgres) / ms,
        }
      : null
  return { perSecond: (taken / ms) * 1_000, latenciesMs, busyCores }
}

/** Everything that can be made before the clock starts. */
function prepare(arm: Arm, readings: Readings, { server, plainPort, table, keys, most }: Bench): () => Promise<Load> {
  if (arm.batch === null) {
    const chunks = copyChunks(readings)
    return async () => ({ ...(await table.copy(chunks)), latenciesMs: [], duplicates: 0 })
  }
  const bodies = jsonBatches(readings, arm.batch)
  const port = arm.kind === 'plain' ? plainPort : server.port
  const clients = Array.from({ length: arm.clients }, (_, i) => keys[i % keys.length] as string)
  const everyMs = arm.kind === 'paced' ? (arm.batch * 1_000) / (most / 2) : null
  return () => postBatches(port, clients, bodies, everyMs)
}

/** One reading at midnight, before those that are measured: the server makes the day's partition for either arm. */
async function openDay(port: number, key: string, { sensorIds, dayFromMs }: Readings): Promise<void> {
  const opening = { sensorIds: sensorIds.slice(0, 1), dayFromMs: dayFromMs - 3_600_000, minutes: 1 }
  await postBatches(port, [key], jsonBatches(opening, 1))
}

async function assertKeysAreChecked({ port }: ServerProcess): Promise<void> {
  const client = await openKeepAlive(port)
  try {
    const answer = await client.exchange(ingestHead('plenum_made-up'), Buffer.from('{"readings":[]}'))
    assert.equal(answer.status, 401, answer.body)
  } finally {
    client.close()
  }
}
