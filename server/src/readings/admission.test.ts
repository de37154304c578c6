import assert from 'node:assert/strict'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { ingestLimits, type NewApiKey } from '@plenum/contract'
import { connectDirectly } from '#platform'
import { caller, create, createSmallBuilding, eventually, ingestPath, send, startTestServer } from '#test'
import { createAdmission } from './admission.ts'
import { createQuotas } from './quota.ts'

const server = await startTestServer()
const held = async (): Promise<number> =>
  Number(/^plenum_ingest_bytes_held (\d+)$/m.exec(await server.services.metrics.text())?.[1])
const readingAt = (sensor: { id: number }, ms: number) => ({
  sensor_id: sensor.id,
  timestamp: new Date(ms).toISOString(),
  value: 20,
})

test('what is claimed is given back once, and more than the bound is refused', () => {
  const admission = createAdmission()
  const claims = Array.from({ length: 8 }, () => admission.claim())
  const share = (32 * 1024 * 1024) / claims.length
  for (const claim of claims) claim.toHold(share)
  assert.equal(admission.held(), 32 * 1024 * 1024)
  assert.throws(() => admission.claim(), { code: 'overloaded', status: 503 })
  assert.throws(() => claims[0]?.toHold(share + 1), { code: 'overloaded' })
  // Less than it holds already changes nothing.
  claims[0]?.toHold(1)
  assert.equal(admission.held(), 32 * 1024 * 1024)
  for (const claim of claims) claim[Symbol.dispose]()
  claims[0]?.[Symbol.dispose]()
  assert.equal(admission.held(), 0)
})

test('when too much waits to be stored, the next body is refused with 503, and afterwards all is well', async () => {
  const { temperature, asGateway } = await createSmallBuilding(server)
  await send(asGateway, [readingAt(temperature, server.clock.nowMs)])
  const blocker = await connectDirectly(server.databaseUrl, 'blocker')
  const waiting: ReturnType<typeof asGateway>[] = []
  try {
    await blocker.query('begin; lock table reading in exclusive mode')
    const body = (i: number) =>
      JSON.stringify(readingAt(temperature, server.clock.nowMs - 1 - i)).padEnd(ingestLimits.jsonBytes)
    for (let i = 0; i < 7; i++) {
      waiting.push(asGateway('POST', ingestPath, body(i), { 'content-type': 'application/json' }))
    }
    await eventually(held, (bytes) => bytes === 7 * ingestLimits.jsonBytes)
    // gzip is small on its way: what it unpacks to counts, and is given back when it is refused.
    const packed = () =>
      asGateway('POST', ingestPath, gzipSync(body(7)), {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      })
    waiting.push(packed())
    await eventually(held, (bytes) => bytes === 8 * ingestLimits.jsonBytes)

    const refused = await asGateway('POST', ingestPath, readingAt(temperature, server.clock.nowMs - 9))
    assert.deepEqual([refused.statusCode, refused.json<{ code: string }>().code], [503, 'overloaded'])
    assert.match(String(refused.headers['retry-after']), /^[1-9]\d*$/)
    assert.equal((await packed()).statusCode, 503)
    assert.equal(await held(), 8 * ingestLimits.jsonBytes)
  } finally {
    await blocker.end()
  }
  for (const answer of await Promise.all(waiting))
    assert.deepEqual([answer.statusCode, answer.json<{ stored: number }>().stored], [200, 1])
  assert.equal(await held(), 0)
  assert.equal((await send(asGateway, [readingAt(temperature, server.clock.nowMs - 100)])).stored, 1)
})

test('a key over its quota is refused with 429 and Retry-After, and nothing of it is stored', async () => {
  const { temperature, gateway } = await createSmallBuilding(server)
  const keyOf = async (readings_per_minute: number) => {
    const { key } = await create<NewApiKey>(server.as, `/api/gateways/${gateway.id}/keys`, { readings_per_minute })
    return caller(server.app, { authorization: `Bearer ${key}` })
  }
  const [asThrifty, asOther] = [await keyOf(100), await keyOf(100)]
  const batch = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => readingAt(temperature, server.clock.nowMs - (from + i) * 1_000))
  assert.equal((await send(asThrifty, batch(0, 60))).stored, 60)
  // The batch that crosses the line is taken whole, or a batch larger than the quota never could be.
  assert.equal((await send(asThrifty, batch(60, 60))).stored, 60)

  for (const payload of [JSON.stringify({ readings: batch(120, 1) }), 'not even JSON']) {
    const refused = await asThrifty('POST', ingestPath, payload, { 'content-type': 'application/json' })
    assert.deepEqual([refused.statusCode, refused.json<{ code: string }>().code], [429, 'quota_exceeded'])
    const retryAfterS = Number(refused.headers['retry-after'])
    assert.ok(Number.isInteger(retryAfterS) && retryAfterS >= 1 && retryAfterS <= 60, String(retryAfterS))
  }
  const ndjson = batch(120, 1)
    .map((one) => JSON.stringify(one))
    .join('\n')
  assert.equal(
    (await asThrifty('POST', ingestPath, ndjson, { 'content-type': 'application/x-ndjson' })).statusCode,
    429,
  )
  const { database } = server.services
  const rows = await database.db.selectFrom('reading').select('at').where('sensor_id', '=', temperature.id).execute()
  assert.equal(rows.length, 120)
  assert.equal(await held(), 0)
  assert.equal((await send(asOther, batch(120, 1))).stored, 1, 'another key has its own quota')
})

test('readings that could not be stored are not counted against the quota', async () => {
  const quotas = createQuotas()
  const quota = { keyId: 1, readingsPerMinute: 10 }
  const outage = new Error('the database is away')
  for (let i = 0; i < 5; i++)
    await assert.rejects(
      quotas.spend(quota, 8, () => Promise.reject(outage)),
      outage,
    )
  assert.equal(await quotas.spend(quota, 8, async () => 'stored'), 'stored')
  assert.equal(await quotas.spend(quota, 8, async () => 'stored'), 'stored')
  await assert.rejects(
    quotas.spend(quota, 1, async () => assert.fail('stored over the quota')),
    { status: 429 },
  )
  await assert.rejects(quotas.refuseExhausted(quota), { status: 429 })
})
