import assert from 'node:assert/strict'
import test from 'node:test'
import type { History, Problem, RawRecord, SensorType } from '@plenum/contract'
import fc from 'fast-check'
import { can, type Person, sees } from '#auth'
import { create, createPerson, send, setRights, startTestServer } from '#test'

/** The past as people with different rights read it. */
const server = await startTestServer()
const { as, clock, services } = server
const { db } = services.database

const kinds: SensorType[] = ['co2', 'motion', 'occupancy', 'illuminance']
const at = new Date(clock.nowMs - 60_000).toISOString()
const day = `from=2026-11-22T15:00:00Z&to=2026-11-23T15:00:00Z`
const buildings: number[] = []
const floors: { id: number; buildingId: number }[] = []
const sensors: { id: number; floor: number; type: SensorType; value: number }[] = []
for (let b = 0; b < 2; b++) {
  const building = await create(as, '/api/buildings', { name: `B${b}`, timezone: 'Asia/Tokyo' })
  buildings.push(building.id)
  for (let f = 0; f < 2; f++) {
    const { id } = await create(as, '/api/floors', { building_id: building.id, name: `F${f}`, level: f })
    floors.push({ id, buildingId: building.id })
    for (const type of kinds) {
      const sensor = { floor_id: id, sensor_key: `${id}/${type}`, name: type, sensor_type: type }
      sensors.push({ ...(await create(as, '/api/sensors', sensor)), floor: floors.length - 1, type, value: 0 })
    }
  }
}
sensors.forEach((sensor, i) => (sensor.value = 300 + i))
await send(
  as,
  sensors.map(({ id, value }) => ({ sensor_id: id, timestamp: at, value })),
)

const missing = 2_000_000_000
const given = fc.record({
  role: fc.constantFrom('administrator' as const, 'manager' as const, 'technician' as const, 'viewer' as const),
  seesPresence: fc.boolean(),
  buildings: fc.subarray([0, 1]),
  floors: fc.subarray([0, 1, 2, 3]),
  floor: fc.nat(3),
  /** Filters of a floor's history, and what is exported; -1 is a sensor that nobody has. */
  ids: fc.array(fc.integer({ min: -1, max: sensors.length - 1 }), { maxLength: 4 }),
  types: fc.subarray(kinds),
  resolution: fc.constantFrom('raw', '15m', '1h', '1d'),
})

test('histories, series and exports hold what may be seen and no more; what is named and may not be is refused', async () => {
  const someone = await createPerson(server, { role: 'viewer' })
  const outcomes = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(given, async ({ role, seesPresence, resolution, types, ...picked }) => {
      const scope = {
        buildingIds: picked.buildings.map((i) => buildings[i] as number),
        floors: picked.floors.map((i) => ({
          floorId: floors[i]?.id as number,
          buildingId: floors[i]?.buildingId as number,
        })),
      }
      const floorIds = scope.floors.map(({ floorId }) => floorId)
      await setRights(services, someone.id, { role, seesPresence, buildings: scope.buildingIds, floors: floorIds })
      const base = { kind: 'user' as const, userId: '', email: '', name: '', key: null }
      const who: Person = { ...base, role, seesPresence, scope: role === 'administrator' ? null : scope }
      const whereOf = (i: number) => ({ floorId: floors[i]?.id as number, buildingId: floors[i]?.buildingId as number })
      const isThere = (i: number) => sensors[i] !== undefined && can(who, 'read', whereOf(sensors[i].floor))
      const isShown = ({ type, floor }: (typeof sensors)[number]) => sees(who, type, whereOf(floor))
      const idOf = (i: number) => sensors[i]?.id ?? missing

      const ask = async (url: string, expected: string, read: (body: string) => void) => {
        const answer = await someone.as('GET', url)
        const outcome = answer.statusCode === 200 ? 'found' : answer.json<Problem>().code
        assert.equal(outcome, expected, `${url} ${JSON.stringify(who)}`)
        outcomes.set(expected, (outcomes.get(expected) ?? 0) + 1)
        if (outcome === 'found') read(answer.body)
      }
      const expectedOf = (ids: readonly number[]): string => {
        if (!ids.every(isThere)) return 'history_sensor_not_found'
        return ids.every((i) => isShown(sensors[i] as (typeof sensors)[number])) ? 'found' : 'presence_not_allowed'
      }

      const { floor, ids } = picked
      const onFloor = ids.every((i) => sensors[i]?.floor === floor)
      const named = ids.map((i) => `&sensor_id=${idOf(i)}`).join('')
      const filters = named + types.map((type) => `&sensor_type=${type}`).join('')
      const url = `/api/dashboard/floor/${floors[floor]?.id}/history?${day}&resolution=${resolution}${filters}`
      const ofFloor = onFloor ? expectedOf(ids) : 'history_sensor_not_found'
      await ask(url, can(who, 'read', whereOf(floor)) ? ofFloor : 'history_floor_not_found', (body) => {
        const found = (JSON.parse(body) as History).records.map(({ sensor_id }) => sensor_id)
        const expected = sensors
          .filter((sensor) => sensor.floor === floor && isShown(sensor))
          .filter(({ id }) => ids.length === 0 || ids.some((i) => idOf(i) === id))
          .filter(({ type }) => types.length === 0 || types.includes(type))
        assert.deepEqual(
          found,
          expected.map(({ id }) => id),
        )
      })

      const [first] = ids
      if (first === undefined) return
      await ask(`/api/export?${day}${named}`, expectedOf(ids), (body) => {
        const rows = body.trim().split('\r\n').slice(1)
        const expected = [...new Set(ids)].map((i) => (sensors[i] as (typeof sensors)[number]).value)
        assert.equal(rows.length, expected.length)
        for (const value of expected) assert.ok(body.includes(`,${value},`), body)
      })
      await ask(`/api/sensors/${idOf(first)}/series?${day}`, expectedOf([first]), (body) =>
        assert.deepEqual((JSON.parse(body) as { max: number[] }).max, [sensors[first]?.value]),
      )
      await ask(`/api/sensors/${idOf(first)}/history?${day}`, expectedOf([first]), (body) =>
        assert.deepEqual(
          (JSON.parse(body) as { records: RawRecord[] }).records.map(({ value }) => value),
          [sensors[first]?.value],
        ),
      )
    }),
    { numRuns: 200 },
  )
  const expected = ['found', 'history_floor_not_found', 'history_sensor_not_found', 'presence_not_allowed']
  assert.deepEqual([...outcomes.keys()].sort(), expected)
})

test('a sensor of presence stays one, by request and by CSV, so that nobody reads it under another name', async () => {
  const { id, floor } = sensors[2] as (typeof sensors)[number]
  const technician = await createPerson(server, { role: 'technician', buildings: [buildings[0] as number] })
  for (const by of [technician.as, as]) {
    const answer = await by('PATCH', `/api/sensors/${id}`, { sensor_type: 'co2', name: 'renamed' })
    assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [422, 'presence_kind_kept'])
    const csv = `building,floor,level,sensor_key,name,sensor_type\nB0,F0,0,${floors[floor]?.id}/occupancy,x,co2\n`
    if (by !== as) continue
    const refused = await by('POST', '/api/import/sensors', csv, { 'content-type': 'text/csv' })
    assert.equal(refused.statusCode, 422)
    assert.match(refused.body, /"path":"line 2","detail":"a sensor of occupancy stays one of presence"/)
  }
  const kept = await db.selectFrom('sensor').select(['sensor_type', 'name']).where('id', '=', id).executeTakeFirst()
  assert.deepEqual(kept, { sensor_type: 'occupancy', name: 'occupancy' })
  assert.equal((await technician.as('GET', `/api/sensors/${id}/series?${day}`)).statusCode, 403)

  const motion = await as('PATCH', `/api/sensors/${id}`, { sensor_type: 'motion' })
  assert.deepEqual([motion.json().sensor_type, motion.json().unit], ['motion', 'count'])
  const co2 = sensors[0] as (typeof sensors)[number]
  assert.equal((await as('PATCH', `/api/sensors/${co2.id}`, { sensor_type: 'occupancy' })).statusCode, 200)
  assert.equal((await technician.as('GET', `/api/sensors/${co2.id}/series?${day}`)).statusCode, 403)
})
