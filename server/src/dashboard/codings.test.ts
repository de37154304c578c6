import assert from 'node:assert/strict'
import test from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { createSmallBuilding, startTestServer } from '#test'
import { codingFor } from './accepted-coding.ts'

const server = await startTestServer()
const { as, services } = server

test('whoever asks gets the smallest coding of those they like best', () => {
  const asked: [string | undefined, string][] = [
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0.5, gzip;q=0.9', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['*', 'br'],
    ['identity, br;q=0.1', 'identity'],
    ['zstd', 'identity'],
    ['*;q=0', 'identity'],
  ]
  assert.deepEqual(
    asked.map(([header]) => codingFor(header)),
    asked.map(([, coding]) => coding),
  )
})

test('each coding is the same body, with a tag of its own, made once; small bodies stay as they are', async () => {
  const { building, floor } = await createSmallBuilding(server)
  const rows = Array.from({ length: 30 }, (_, i) => ({
    building_id: building.id,
    floor_id: floor.id,
    sensor_key: `${floor.id}/${i}`,
    name: `Noise ${i}`,
    sensor_type: 'noise',
    unit: 'dB',
  }))
  await services.database.db.insertInto('sensor').values(rows).execute()
  const url = `/api/dashboard/floor/${floor.id}`
  const ask = (accept: string, headers = {}) => as('GET', url, undefined, { 'accept-encoding': accept, ...headers })
  const plain = await ask('identity')
  assert.equal(plain.headers['content-encoding'], undefined)
  const tags = new Set([plain.headers['etag']])
  for (const [coding, unpack] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const) {
    const many = await Promise.all(Array.from({ length: 10 }, () => ask(coding)))
    for (const answer of many) {
      assert.equal(answer.headers['content-encoding'], coding)
      assert.equal(answer.headers['vary'], 'accept-encoding')
      assert.equal(Number(answer.headers['content-length']), answer.rawPayload.length)
      assert.ok(answer.rawPayload.length * 4 < plain.rawPayload.length)
      assert.deepEqual(unpack(answer.rawPayload), plain.rawPayload)
      assert.equal(answer.headers['etag'], many[0]?.headers['etag'])
    }
    const etag = String(many[0]?.headers['etag'])
    tags.add(etag)
    const known = await ask(coding, { 'if-none-match': etag })
    assert.deepEqual([known.statusCode, known.headers['etag'], known.rawPayload.length], [304, etag, 0])
    assert.equal(known.headers['vary'], 'accept-encoding')
    assert.equal((await ask('identity', { 'if-none-match': etag })).statusCode, 200, 'not these bytes')
  }
  assert.equal(tags.size, 3)

  const summary = await as('GET', `/api/dashboard/building/${building.id}`, undefined, { 'accept-encoding': 'br' })
  assert.deepEqual([summary.statusCode, summary.headers['content-encoding']], [200, undefined])
})
