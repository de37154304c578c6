import assert from 'node:assert/strict'
import test from 'node:test'
import type { Role } from '@plenum/contract'
import fc from 'fast-check'
import { can, type Person, type Scope, type Where } from '#auth'
import { createPerson, setRights, startTestServer } from '#test'

/** Lists in random registries, held against everything there is, asked about one by one. */
const server = await startTestServer()
const { services } = server
const { db } = services.database

type Tree = { floors: { zones: number; sensors: number }[]; gateways: number }[]
const tree: fc.Arbitrary<Tree> = fc.array(
  fc.record({
    floors: fc.array(fc.record({ zones: fc.nat(2), sensors: fc.nat(3) }), { maxLength: 3 }),
    gateways: fc.nat(2),
  }),
  { maxLength: 4 },
)

interface Thing {
  id: number
  building_id: number
  floor_id?: number
  where: Where
}
type Lists = Record<'buildings' | 'floors' | 'zones' | 'sensors' | 'gateways', Thing[]>
let made = 0

async function add(registry: Tree): Promise<Lists> {
  const lists: Lists = { buildings: [], floors: [], zones: [], sensors: [], gateways: [] }
  const one = async (table: 'building' | 'floor' | 'zone' | 'sensor' | 'gateway', row: object) =>
    (
      await db
        .insertInto(table)
        .values({ name: `N ${++made}`, ...row } as never)
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id
  for (const { floors, gateways } of registry) {
    const building_id = await one('building', { timezone: 'UTC' })
    lists.buildings.push({ id: building_id, building_id, where: { buildingId: building_id } })
    for (let i = 0; i < gateways; i++) {
      const id = await one('gateway', { building_id })
      lists.gateways.push({ id, building_id, where: { buildingId: building_id, floorId: null } })
    }
    for (const { zones, sensors } of floors) {
      const floor_id = await one('floor', { building_id, level: 1 })
      const where = { buildingId: building_id, floorId: floor_id }
      lists.floors.push({ id: floor_id, building_id, where })
      for (let i = 0; i < zones; i++)
        lists.zones.push({ id: await one('zone', { floor_id }), building_id, floor_id, where })
      for (let i = 0; i < sensors; i++) {
        const sensor = { building_id, floor_id, sensor_key: `scope/${++made}`, sensor_type: 'co2', unit: 'ppm' }
        lists.sensors.push({ id: await one('sensor', sensor), building_id, floor_id, where })
      }
    }
  }
  return lists
}

const clear = async (): Promise<void> => {
  for (const table of ['sensor', 'zone', 'gateway', 'floor', 'building'] as const) await db.deleteFrom(table).execute()
}

const given = {
  registry: tree,
  role: fc.constantFrom<Role>('administrator', 'manager', 'technician', 'viewer'),
  /** One for each building and floor, in turn: whether it is in scope. */
  picks: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
  limit: fc.integer({ min: 1, max: 4 }),
  filter: fc.record({ on: fc.constantFrom('building_id', 'floor_id', null), i: fc.nat(20) }),
}

test('a list holds exactly what may be read, on pages of any length, under any filter; the rest is not there', async () => {
  const someone = await createPerson(server, { role: 'viewer' })
  await fc.assert(
    fc.asyncProperty(fc.record(given), async ({ registry, role, picks, limit, filter }) => {
      await clear()
      const lists = await add(registry)
      const buildings = lists.buildings.filter((_, i) => picks[i]).map(({ id }) => id)
      const floors = lists.floors.filter((_, i) => picks[4 + i])
      await setRights(services, someone.id, { role, buildings, floors: floors.map(({ id }) => id) })
      const scope: Scope =
        role === 'administrator'
          ? null
          : {
              buildingIds: buildings,
              floors: floors.map(({ id, building_id }) => ({ floorId: id, buildingId: building_id })),
            }
      const asked: Person = {
        kind: 'user',
        userId: '',
        email: '',
        name: '',
        role,
        scope,
        seesPresence: false,
        key: null,
      }

      for (const [name, things] of Object.entries(lists) as [keyof Lists, Thing[]][]) {
        const visible = things.filter(({ where }) => can(asked, 'read', where))
        assert.deepEqual(
          await idsOf(`/api/${name}?limit=${limit}`),
          visible.map(({ id }) => id),
          name,
        )
        for (const { id } of things) {
          const { statusCode } = await someone.as('GET', `/api/${name}/${id}`)
          assert.equal(statusCode, visible.some((one) => one.id === id) ? 200 : 404, `${name} ${id}`)
        }
        const { on, i } = filter
        const parents = on === 'building_id' ? lists.buildings : lists.floors
        const parent = parents[i % Math.max(1, parents.length)]
        if (on === null || parent === undefined || name === 'buildings') continue
        if (on === 'floor_id' && (name === 'floors' || name === 'gateways')) continue
        const expected = visible.filter((one) => one[on] === parent.id).map(({ id }) => id)
        assert.deepEqual(await idsOf(`/api/${name}?limit=${limit}&${on}=${parent.id}`), expected, `${name} by ${on}`)
      }
    }),
    { numRuns: 30 },
  )

  async function idsOf(url: string): Promise<number[]> {
    const ids: number[] = []
    let cursor: string | null = null
    do {
      const answer = await someone.as('GET', cursor === null ? url : `${url}&cursor=${cursor}`)
      assert.equal(answer.statusCode, 200, answer.body)
      const page: { items: { id: number }[]; next_cursor: string | null } = answer.json()
      ids.push(...page.items.map(({ id }) => id))
      cursor = page.next_cursor
    } while (cursor !== null)
    return ids
  }
})
