import { create, createPerson, caller, type Caller, disablePerson, type TestServer, withKey } from '#test'
import type { NewApiKey } from '@plenum/contract'
import { addBuilding, addFloor, numberedFrom, numberFrom, type Things } from './access-things.ts'
import type { Who } from './access-table.ts'

/** Somebody, where they are at home, and what they must never hear of. */
export interface Actor {
  as: Caller
  /** Of whoever is a person. */
  userId: string | null
  home: Things
  /** Things that exist and are out of reach. */
  foreign: readonly Things[]
  hidden: readonly RegExp[]
}
export type Scene = Awaited<ReturnType<typeof createScene>>

/**
 * Two buildings: heron has two floors, sandpiper and dunlin, and osprey has one, curlew. Whose floor or building a thing
 * belongs to stands in its name, and in the first digits of its id.
 */
export async function createScene(server: TestServer) {
  const { app, as, services } = server
  const { db } = services.database
  await numberFrom(db, 7)
  const heron = await addBuilding(db, 'heron')
  await numberFrom(db, 8)
  const osprey = await addBuilding(db, 'osprey')

  const manager = await createPerson(server, { role: 'manager', buildings: [heron.id] })
  const technician = await createPerson(server, { role: 'technician', buildings: [heron.id] })
  const viewer = await createPerson(server, { role: 'viewer', buildings: [heron.id] })
  const elsewhere = await createPerson(server, { role: 'manager', buildings: [osprey.id] })
  const tenant = await createPerson(server, { role: 'viewer' })
  const gone = await createPerson(server, { role: 'manager', buildings: [heron.id] })
  const goneWithKey = await withKey(app, gone.as)
  await disablePerson(services, gone.id)

  await numberFrom(db, 3)
  const sandpiper = await addFloor(db, heron, 'sandpiper', manager.id)
  await numberFrom(db, 4)
  const dunlin = await addFloor(db, heron, 'dunlin', manager.id)
  await numberFrom(db, 5)
  const curlew = await addFloor(db, osprey, 'curlew', elsewhere.id)
  await numberFrom(db, 6)
  await db
    .insertInto('person_scope')
    .values({ person_id: tenant.id, building_id: heron.id, floor_id: sandpiper.floor })
    .execute()
  const withKeyOf = async ({ gateway }: Things) => {
    const { key } = await create<NewApiKey>(as, `/api/gateways/${gateway}/keys`, { name: 'x' })
    return caller(app, { authorization: `Bearer ${key}` })
  }

  const first = await services.people.administrators.first()

  const ofOsprey = [/osprey|curlew/, numberedFrom('58')]
  const ofDunlin = [/dunlin/, numberedFrom('4')]
  const ofHeron = [/heron|sandpiper/, numberedFrom('37'), ...ofDunlin]
  /** What a whole building has, and no floor of it. */
  const ofSandpiperAsWhole = [/sandpiper-(gateway|key|start)/]
  const person = (who: { as: Caller; id: string }) => ({ as: who.as, userId: who.id })
  const here = { home: sandpiper, foreign: [curlew], hidden: ofOsprey }
  const outside = { userId: null, home: sandpiper, foreign: [curlew, dunlin], hidden: [...ofHeron, ...ofOsprey] }
  const actors: Record<Who, Actor> = {
    nobody: { ...outside, as: caller(app, {}) },
    administrator: { as, userId: first?.id ?? null, home: sandpiper, foreign: [], hidden: [] },
    manager: { ...here, ...person(manager) },
    technician: { ...here, ...person(technician) },
    viewer: { ...here, ...person(viewer) },
    tenant: {
      ...person(tenant),
      home: sandpiper,
      foreign: [dunlin, curlew],
      hidden: [...ofOsprey, ...ofDunlin, ...ofSandpiperAsWhole],
    },
    elsewhere: { ...person(elsewhere), home: curlew, foreign: [sandpiper, dunlin], hidden: ofHeron },
    "the manager's key": { ...here, userId: manager.id, as: await withKey(app, manager.as) },
    'a gateway': { ...outside, as: await withKeyOf(sandpiper), foreign: [curlew] },
    'a gateway elsewhere': { ...outside, as: await withKeyOf(curlew), home: curlew, foreign: [sandpiper] },
    'somebody disabled': { ...outside, as: gone.as },
    "somebody disabled's key": { ...outside, as: goneWithKey },
  }
  const inHeron = [manager.id, technician.id, viewer.id]
  return { actors, addFresh: createFresh(server, inHeron, tenant.id), tenantId: tenant.id }
}

/** Things that one request may change or delete; those who are at home in heron are at home there too. */
function createFresh({ services }: TestServer, userIds: readonly string[], tenantId: string) {
  const { db } = services.database
  let made = 0
  return async (userId: string | null): Promise<Things> => {
    const mark = `fresh${++made}`
    const building = await addBuilding(db, mark)
    const things = await addFloor(db, building, mark, userId ?? tenantId)
    const scope = { building_id: building.id, floor_id: null }
    await db
      .insertInto('person_scope')
      .values([
        ...userIds.map((person_id) => ({ ...scope, person_id })),
        { ...scope, person_id: tenantId, floor_id: things.floor },
      ])
      .execute()
    services.auth.keys.forget()
    return things
  }
}
