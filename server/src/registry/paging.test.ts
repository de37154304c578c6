import assert from 'node:assert/strict'
import test from 'node:test'
import type { Problem, Sensor } from '@plenum/contract'
import fc from 'fast-check'
import { create, createSmallBuilding, startTestServer } from '#test'

const server = await startTestServer()
const { as } = server
const { db } = server.services.database

interface Page {
  items: Sensor[]
  next_cursor: string | null
}
const pageOf = async (query: string): Promise<Page> => {
  const answer = await as('GET', `/api/sensors?${query}`)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<Page>()
}

let made = 0
const addSensors = async (floor: { id: number; building_id: number }, count: number): Promise<number[]> => {
  const rows = Array.from({ length: count }, () => ({
    floor_id: floor.id,
    building_id: floor.building_id,
    sensor_key: `paged/${++made}`,
    name: 'x',
    sensor_type: made % 3 === 0 ? 'co2' : 'noise',
    unit: 'x',
  }))
  if (count === 0) return []
  return (await db.insertInto('sensor').values(rows).returning('id').execute()).map((row) => row.id)
}

test('following next_cursor while sensors come and go gives each that stays exactly once, in order', async () => {
  const { building } = await createSmallBuilding(server)
  let floors = 0
  const step = fc.record({ add: fc.nat(4), remove: fc.array(fc.nat(60), { maxLength: 3 }) })
  const given = { first: fc.nat(30), limit: fc.integer({ min: 1, max: 8 }), steps: fc.array(step, { minLength: 40 }) }
  await fc.assert(
    fc.asyncProperty(fc.record(given), async ({ first, limit, steps }) => {
      const floor = { building_id: building.id, name: `floor ${++floors}`, level: floors }
      const on = await create<{ id: number; building_id: number }>(as, '/api/floors', floor)
      const before = await addSensors(on, first)
      const seen: number[] = []
      let cursor: string | null = null
      for (const { add, remove } of steps) {
        const query: string = `floor_id=${on.id}&limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`
        const page = await pageOf(query)
        assert.ok(page.items.length <= limit)
        seen.push(...page.items.map((item) => item.id))
        cursor = page.next_cursor
        if (cursor === null) break
        const gone = remove.flatMap((i) => before[i] ?? [])
        if (gone.length > 0) await db.deleteFrom('sensor').where('id', 'in', gone).execute()
        // New ones have higher ids, so they come at the end; without end only if more come than are read.
        if (seen.length < 60) await addSensors(on, Math.min(add, limit - 1))
      }
      assert.equal(cursor, null, 'the list ends')
      assert.deepEqual(
        seen,
        [...new Set(seen)].sort((a, b) => a - b),
        'in order, none twice',
      )
      const alive = await db.selectFrom('sensor').select('id').where('floor_id', '=', on.id).execute()
      assert.deepEqual(
        alive.filter(({ id }) => !seen.includes(id)),
        [],
        'none left out',
      )
    }),
    { numRuns: 12 },
  )
})

test('filters are joined by and, and hold on every page', async () => {
  const one = await createSmallBuilding(server)
  const two = await createSmallBuilding(server)
  const zone = await create(as, '/api/zones', { floor_id: one.floor.id, name: 'Z' })
  const upstairs = await create(as, '/api/floors', { building_id: one.building.id, name: '9F', level: 9 })
  await addSensors({ id: upstairs.id, building_id: one.building.id }, 9)
  await as('PATCH', `/api/sensors/${one.co2.id}`, { zone_id: zone.id, gateway_id: one.gateway.id, status: 'disabled' })
  const all = await db.selectFrom('sensor').selectAll().orderBy('id').execute()

  const filters = {
    building_id: one.building.id,
    floor_id: upstairs.id,
    zone_id: zone.id,
    gateway_id: one.gateway.id,
    sensor_type: 'co2',
    status: 'disabled',
    sensor_key: `${two.key}/co2`,
  }
  const subset = fc.subarray(Object.entries(filters))
  await fc.assert(
    fc.asyncProperty(subset, fc.integer({ min: 1, max: 5 }), async (given, limit) => {
      const expected = all.filter((row) => given.every(([field, value]) => row[field as 'status'] === value))
      const found: number[] = []
      let cursor: string | null = null
      do {
        const query = new URLSearchParams([
          ...given.map(([k, v]) => [k, String(v)] as [string, string]),
          ['limit', String(limit)],
        ])
        if (cursor !== null) query.set('cursor', cursor)
        const page: Page = await pageOf(query.toString())
        found.push(...page.items.map((item) => item.id))
        cursor = page.next_cursor
      } while (cursor !== null && found.length < 40)
      assert.deepEqual(found, expected.map((row) => row.id).slice(0, found.length))
      if (cursor === null) assert.equal(found.length, expected.length)
    }),
    { numRuns: 40 },
  )
})

test('zones and floors are listed by building too', async () => {
  const { building, floor } = await createSmallBuilding(server)
  const zone = await create(as, '/api/zones', { floor_id: floor.id, name: 'Z' })
  await create(as, '/api/zones', { floor_id: (await createSmallBuilding(server)).floor.id, name: 'Z' })
  const idsOf = async (url: string) => (await as('GET', url)).json<Page>().items.map((item) => item.id)
  assert.deepEqual(await idsOf(`/api/zones?building_id=${building.id}`), [zone.id])
  assert.deepEqual(await idsOf(`/api/zones?floor_id=${floor.id}`), [zone.id])
  assert.deepEqual(await idsOf(`/api/zones?floor_id=${floor.id}&building_id=${building.id + 1}`), [])
  assert.deepEqual(await idsOf(`/api/floors?building_id=${building.id}`), [floor.id])
})

test('a cursor that is not of this list is refused, whatever is in it', async () => {
  await createSmallBuilding(server)
  const { next_cursor } = (await as('GET', '/api/buildings?limit=1')).json<Page>()
  assert.ok(next_cursor)
  assert.equal((await as('GET', `/api/buildings?cursor=${next_cursor}`)).statusCode, 200)
  const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const cursors = [
    next_cursor,
    'garbage',
    '%00',
    forged(['/api/floors', -1]),
    forged(['/api/floors', 2 ** 31]),
    forged(['/api/floors', 9_007_199_254_740_991]),
    forged(['/api/floors', 1.5]),
    forged(['/api/floors', '1']),
    forged(['/api/floors']),
    forged([1]),
    forged(null),
    forged({ length: 2 }),
  ]
  for (const cursor of cursors) {
    const answer = await as('GET', `/api/floors?cursor=${cursor}`)
    assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [400, 'cursor_invalid'], cursor)
  }
  assert.equal((await as('GET', `/api/floors?cursor=${'x'.repeat(401)}`)).statusCode, 400)
  for (const limit of ['0', '1001', '-1', 'x', '', '1.5']) {
    assert.equal((await as('GET', `/api/floors?limit=${limit}`)).statusCode, 400, limit)
  }
})
