import assert from 'node:assert/strict'
import test from 'node:test'
import type {
  BuildingDashboard,
  BuildingsDashboard,
  FloorDashboard,
  FloorSparklines,
  Role,
  SensorType,
} from '@plenum/contract'
import fc from 'fast-check'
import type { LightMyRequestResponse } from 'fastify'
import { sql } from 'kysely'
import { can, type Person, sees } from '#auth'
import { create, createPerson, send, setRights, startTestServer, type TestPerson } from '#test'

/** People with different rights read in any order while rights, registry and readings change. */
const server = await startTestServer()
const { as, clock, services } = server
const { db } = services.database

const kinds: SensorType[] = ['co2', 'motion', 'occupancy', 'occupancy', 'occupancy', 'noise']
const floorCount = 4
const personCount = 4

interface Rights {
  role: Role
  buildings: boolean[]
  floors: boolean[]
  seesPresence: boolean
}
const rights: fc.Arbitrary<Rights> = fc.record({
  role: fc.constantFrom<Role>('viewer', 'viewer', 'manager', 'technician', 'administrator'),
  buildings: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
  floors: fc.array(fc.boolean(), { minLength: floorCount, maxLength: floorCount }),
  seesPresence: fc.boolean(),
})
const person = fc.nat(personCount - 1)
const floor = fc.nat(floorCount - 1)
const whats = ['floor', 'building', 'sparklines', 'buildings'] as const
const what = fc.constantFrom(...whats)
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('read' as const), person, what, floor }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('reading' as const), floor, sensor: fc.nat(kinds.length - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), floor, building: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), floor }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rights' as const), person, rights }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), s: fc.constantFrom(2, 120, 300) }) },
)

async function createWorld(given: Rights[], people: readonly TestPerson[]) {
  const buildings = [
    await create(as, '/api/buildings', { name: 'A', timezone: 'UTC' }),
    await create(as, '/api/buildings', { name: 'B', timezone: 'UTC' }),
  ].map(({ id }) => id)
  const floors: { id: number; building: number; sensors: number[] }[] = []
  for (let i = 0; i < floorCount; i++) {
    const building = i % 2
    const values = { building_id: buildings[building] as number, name: `world floor ${i}`, level: i }
    const { id } = await db.insertInto('floor').values(values).returning('id').executeTakeFirstOrThrow()
    const rows = kinds.map((sensor_type, n) => {
      return {
        building_id: values.building_id,
        floor_id: id,
        sensor_key: `${id}/${n}`,
        name: 'x',
        sensor_type,
        unit: 'u',
      }
    })
    const sensors = await db.insertInto('sensor').values(rows).returning('id').execute()
    floors.push({ id, building, sensors: sensors.map((sensor) => sensor.id) })
  }
  const held = [...given]
  const give = async (i: number, to: Rights): Promise<void> => {
    held[i] = to
    const ids = <T>(all: readonly T[], picks: boolean[]): T[] => all.filter((_, n) => picks[n])
    const floorIds = ids(floors, to.floors).map(({ id }) => id)
    await setRights(services, (people[i] as TestPerson).id, {
      ...to,
      buildings: ids(buildings, to.buildings),
      floors: floorIds,
    })
  }
  for (const [i, to] of given.entries()) await give(i, to)

  /** As the model has it. */
  const principalOf = (i: number): Person => {
    const { role, seesPresence, ...picks } = held[i] as Rights
    const single = floors.filter((_, n) => picks.floors[n])
    const scope = {
      buildingIds: buildings.filter((_, n) => picks.buildings[n]),
      floors: single.map(({ id, building }) => ({ floorId: id, buildingId: buildings[building] as number })),
    }
    const who = { kind: 'user' as const, userId: '', email: '', name: '', key: null }
    return { ...who, role, seesPresence, scope: role === 'administrator' ? null : scope }
  }
  return { buildings, floors, give, principalOf }
}
type World = Awaited<ReturnType<typeof createWorld>>

/** Everything of a floor, read slowly from all that is stored. */
async function everythingOf(floorId: number) {
  const { rows } = await sql<{ id: number; sensor_type: SensorType; atMs: number | null; value: number | null }>`
    select s.id, s.sensor_type, extract(epoch from r.at)::float8 * 1000 as "atMs", r.value
    from sensor s left join (select distinct on (sensor_id) * from reading_all order by sensor_id, at desc) r
      on r.sensor_id = s.id
    where s.floor_id = ${floorId} order by s.id`.execute(db)
  return rows.map((row) => {
    const isOld = row.atMs !== null && clock.nowMs - row.atMs > 180_000
    return { ...row, status: row.atMs === null ? 'silent' : isOld ? 'stale' : 'ok' }
  })
}

async function checkFloor(answer: FloorDashboard, floorId: number, who: Person): Promise<void> {
  const all = await everythingOf(floorId)
  const shown = all.filter(({ sensor_type }) => sees(who, sensor_type))
  const told = answer.sensors.map(({ sensor_id, status, latest_value }) => [sensor_id, status, latest_value])
  assert.deepEqual(
    told.sort(([a], [b]) => Number(a) - Number(b)),
    shown.map(({ id, status, value }) => [id, status, value]),
  )
  assert.equal(answer.withheld, all.length - shown.length)
}

async function checkBuilding(answer: BuildingDashboard, { buildings, floors }: World, building: number, who: Person) {
  const buildingId = buildings[building] as number
  const visible = floors.filter((one) => one.building === building && can(who, 'read', { buildingId, floorId: one.id }))
  assert.deepEqual(
    answer.floors.map(({ id }) => id),
    visible.map(({ id }) => id),
  )
  for (const row of answer.floors) {
    const all = await everythingOf(row.id)
    const shown = all.filter(({ sensor_type }) => sees(who, sensor_type))
    assert.equal(row.sensors, shown.length)
    assert.equal(row.withheld, all.length - shown.length)
    const count = (status: string): number => shown.filter((sensor) => sensor.status === status).length
    assert.deepEqual(row.status, { ok: count('ok'), stale: count('stale'), silent: count('silent'), disabled: 0 })
    const newestMs = Math.max(...shown.map(({ atMs }) => atMs ?? -Infinity))
    assert.equal(row.latest_timestamp, newestMs === -Infinity ? null : new Date(newestMs).toISOString())
    const expected = [...new Set(kinds)].sort().flatMap((kind) => {
      const values = all.flatMap((one) =>
        one.sensor_type === kind && one.status === 'ok' ? [one.value as number] : [],
      )
      const isShown = sees(who, kind)
      if (values.length === 0 || (!isShown && values.length < 3)) return []
      const [min, max] = isShown ? [Math.min(...values), Math.max(...values)] : [null, null]
      return { kind, count: values.length, sum: values.reduce((a, b) => a + b), min, max }
    })
    assert.deepEqual(
      row.kinds.map(({ sensor_type, count: n, avg, min, max }) => ({
        kind: sensor_type,
        count: n,
        sum: Math.round(avg * n),
        min,
        max,
      })),
      expected,
    )
  }
}

/** Of the buildings of the world; whoever sees all sees those of others too. */
async function checkBuildings(answer: BuildingsDashboard, { buildings, floors }: World, who: Person) {
  assert.equal(answer.more, false)
  const inWorld = answer.buildings.filter(({ id }) => buildings.includes(id))
  if (who.scope !== null) assert.equal(inWorld.length, answer.buildings.length)
  assert.deepEqual(
    inWorld.map(({ id }) => id),
    buildings.filter((buildingId) => can(who, 'read', { buildingId })),
  )
  for (const row of inWorld) {
    const isSeen = (id: number) => can(who, 'read', { buildingId: row.id, floorId: id })
    const visible = floors.filter((one) => buildings[one.building] === row.id && isSeen(one.id))
    assert.equal(row.floors, visible.length)
    const all = (await Promise.all(visible.map(({ id }) => everythingOf(id)))).flat()
    const shown = all.filter(({ sensor_type }) => sees(who, sensor_type))
    assert.deepEqual([row.sensors, row.withheld], [shown.length, all.length - shown.length])
    const count = (status: string): number => shown.filter((sensor) => sensor.status === status).length
    assert.deepEqual(row.status, { ok: count('ok'), stale: count('stale'), silent: count('silent'), disabled: 0 })
    const newestMs = Math.max(...shown.map(({ atMs }) => atMs ?? -Infinity))
    assert.equal(row.latest_timestamp, newestMs === -Infinity ? null : new Date(newestMs).toISOString())
  }
}

test('everybody is answered with what they may see and no more, whoever asked before; ETags tell bodies apart', async () => {
  const people: TestPerson[] = []
  for (let i = 0; i < personCount; i++) people.push(await createPerson(server, { role: 'viewer' }))
  const seen = { found: 0, refused: 0, hits: 0, known: 0 }
  let value = 500

  await fc.assert(
    fc.asyncProperty(
      fc.array(rights, { minLength: personCount, maxLength: personCount }),
      fc.array(step, { minLength: 20, maxLength: 60 }),
      async (given, steps) => {
        const world = await createWorld(given, people)
        const bodyOf = new Map<string, string>()
        const tagOf = new Map<string, string>()

        const read = async (i: number, one: (typeof whats)[number], n: number): Promise<void> => {
          const { id, building } = world.floors[n] as World['floors'][number]
          const who = world.principalOf(i)
          const buildingId = world.buildings[building] as number
          const path = {
            floor: `floor/${id}`,
            building: `building/${buildingId}`,
            sparklines: `floor/${id}/sparklines`,
            buildings: 'buildings',
          }[one]
          const answer: LightMyRequestResponse = await (people[i] as TestPerson).as('GET', `/api/dashboard/${path}`)
          const where = one === 'buildings' ? undefined : { buildingId, ...(one !== 'building' && { floorId: id }) }
          if (!can(who, 'read', where)) {
            seen.refused++
            assert.equal(answer.statusCode, 404, `${path} ${JSON.stringify(who)}`)
            assert.equal(answer.headers['etag'], undefined)
            return
          }
          assert.equal(answer.statusCode, 200, `${path} ${JSON.stringify(who)} ${answer.body}`)
          seen.found++
          if (answer.headers['x-cache'] === 'hit') seen.hits++
          const etag = String(answer.headers['etag'])
          if (bodyOf.has(etag)) seen.known++
          assert.equal(bodyOf.get(etag) ?? answer.body, answer.body, 'one ETag, one body')
          assert.equal(tagOf.get(answer.body) ?? etag, etag, 'one body, one ETag')
          bodyOf.set(etag, answer.body)
          tagOf.set(answer.body, etag)
          if (one === 'floor') await checkFloor(answer.json(), id, who)
          else if (one === 'building') await checkBuilding(answer.json(), world, building, who)
          else if (one === 'buildings') await checkBuildings(answer.json(), world, who)
          else {
            const { sensors } = answer.json<FloorSparklines>()
            const all = await everythingOf(id)
            const kindOf = new Map(all.map((sensor) => [sensor.id, sensor.sensor_type]))
            for (const { sensor_id } of sensors) assert.ok(sees(who, kindOf.get(sensor_id) as SensorType))
          }
        }

        for (const one of steps) {
          if (one.kind === 'read') await read(one.person, one.what, one.floor)
          else if (one.kind === 'reading') {
            const sensor_id = world.floors[one.floor]?.sensors[one.sensor]
            // Every value is another, so that two bodies are the same only if they show the same.
            value = 500 + ((value - 499) % 7_000)
            const max = kinds[one.sensor] === 'noise' ? value / 100 : value
            await send(as, [{ sensor_id, timestamp: new Date(clock.nowMs).toISOString(), value: Math.round(max) }])
          } else if (one.kind === 'move') {
            const moved = world.floors[one.floor] as World['floors'][number]
            const answer = await as('PATCH', `/api/floors/${moved.id}`, { building_id: world.buildings[one.building] })
            assert.equal(answer.statusCode, 200, answer.body)
            moved.building = one.building
          } else if (one.kind === 'rename') {
            const { id } = world.floors[one.floor] as World['floors'][number]
            assert.equal((await as('PATCH', `/api/floors/${id}`, { name: `renamed ${++value}` })).statusCode, 200)
          } else if (one.kind === 'rights') await world.give(one.person, one.rights)
          else clock.nowMs += one.s * 1_000
        }
        // Once more, all at once: whoever builds a body, nobody gets that of another.
        for (const n of world.floors.keys())
          await Promise.all(people.map((_, i) => read(i, whats[n % whats.length] ?? 'floor', n)))
      },
    ),
    { numRuns: 20 },
  )
  assert.ok(Math.min(...Object.values(seen)) > 20, JSON.stringify(seen))
})

test('a floor that moved to another building is seen by those of that building, though it looks as it did', async () => {
  const here = await create(as, '/api/buildings', { name: 'here', timezone: 'UTC' })
  const there = await create(as, '/api/buildings', { name: 'there', timezone: 'UTC' })
  const { id } = await create(as, '/api/floors', { building_id: here.id, name: 'F', level: 1 })
  const before = await createPerson(server, { role: 'viewer', buildings: [here.id] })
  const after = await createPerson(server, { role: 'viewer', buildings: [there.id] })
  const path = `/api/dashboard/floor/${id}/sparklines`
  const statuses = async () => [(await before.as('GET', path)).statusCode, (await after.as('GET', path)).statusCode]
  assert.deepEqual(await statuses(), [200, 404])
  await as('PATCH', `/api/floors/${id}`, { building_id: there.id })
  assert.deepEqual(await statuses(), [404, 200])
})

test('rights that were changed hold for the next request', async () => {
  const { id } = await create(as, '/api/buildings', { name: 'mine', timezone: 'UTC' })
  const floorOf = await create(as, '/api/floors', { building_id: id, name: 'F', level: 1 })
  const viewer = await createPerson(server, { role: 'viewer', floors: [floorOf.id] })
  const ask = async () => (await viewer.as('GET', `/api/dashboard/floor/${floorOf.id}`)).statusCode
  assert.equal(await ask(), 200)
  await setRights(services, viewer.id, { role: 'viewer' })
  assert.equal(await ask(), 404)
  await setRights(services, viewer.id, { role: 'viewer', buildings: [id] })
  assert.equal(await ask(), 200)
})
