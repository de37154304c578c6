import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

/** What a request can name. */
export interface Things {
  building: number
  buildingName: string
  floor: number
  zone: number
  /** A meter. */
  sensor: number
  sensorKey: string
  gateway: number
  /** Of the gateway. */
  key: number
  replacement: number
  /** A person's own key. */
  userKey: number
  /** One of a person's own. */
  session: string
  person: string
  invitation: number
}
export type Slot = keyof Things

/** Nobody has them; as long as those that somebody has. */
export const missing: Things = {
  building: 991_000_001,
  buildingName: 'nobody-building',
  floor: 992_000_001,
  zone: 993_000_001,
  sensor: 994_000_001,
  sensorKey: 'nobody-key',
  gateway: 995_000_001,
  key: 996_000_001,
  replacement: 997_000_001,
  userKey: 996_000_002,
  session: 'nobody-session',
  person: 'nobody-person',
  invitation: 998_000_001,
}

const tables = ['building', 'floor', 'zone', 'sensor', 'gateway', 'api_key', 'meter_replacement', 'invitation'] as const

/** From here on ids begin with this digit, and with another for each table: nine digits that are nothing else. */
export async function numberFrom(db: Kysely<Tables>, digit: number): Promise<void> {
  for (const [i, table] of tables.entries()) {
    await sql`select setval(pg_get_serial_sequence(${table}, 'id'), ${digit * 1e8 + (i + 1) * 1e6})`.execute(db)
  }
}

/** An id of one of them in an answer. */
export const numberedFrom = (digits: string): RegExp => new RegExp(`(?<![\\d.])[${digits}]0[1-8]000\\d{3}(?!\\d)`)

/** Everything a floor can hold, with the mark in every name: to be found again in answers that must not have it. */
export async function addFloor(
  db: Kysely<Tables>,
  building: { id: number; name: string },
  mark: string,
  userId: string,
) {
  const one = async (table: (typeof tables)[number], row: object): Promise<number> => {
    const { id } = await db
      .insertInto(table)
      .values(row as never)
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }
  const building_id = building.id
  const floor_id = await one('floor', { building_id, name: `${mark}-floor`, level: 1, plan: `${mark}-plan` })
  const zone_id = await one('zone', { floor_id, name: `${mark}-zone`, kind: `${mark}-kind` })
  const gateway_id = await one('gateway', { building_id, name: `${mark}-gateway` })
  const sensor = (kind: string, sensor_type: string, unit: string) => {
    const named = { sensor_key: `${mark}/${kind}`, name: `${mark}-${kind}` }
    return one('sensor', { building_id, floor_id, zone_id, gateway_id, ...named, sensor_type, unit })
  }
  const meter = await sensor('meter', 'energy', 'kWh')
  await sensor('co2', 'co2', 'ppm')
  await sensor('motion', 'motion', 'count')
  const key = (owner: { gateway_id: number } | { user_id: string }) => {
    const secret = { start: `${mark}-start`, hash: randomBytes(32), readings_per_minute: 1 }
    return one('api_key', { ...owner, name: `${mark}-key`, ...secret })
  }
  const replacement = await one('meter_replacement', {
    sensor_id: meter,
    at: new Date('2026-11-10T00:00:00Z'),
    final_reading: 9,
    first_reading: 0,
    note: `${mark}-note`,
    declared_at: new Date('2026-11-11T00:00:00Z'),
    declared_by: 'x',
    declared_by_email: `${mark}-declarer@example.com`,
  })
  const things: Things = {
    building: building_id,
    buildingName: building.name,
    floor: floor_id,
    zone: zone_id,
    sensor: meter,
    sensorKey: `${mark}/meter`,
    gateway: gateway_id,
    key: await key({ gateway_id }),
    replacement,
    userKey: await key({ user_id: userId }),
    ...(await addPeople(db, mark, userId)),
  }
  return things
}

/** Somebody, somebody who is invited, and a session of the user. */
async function addPeople(db: Kysely<Tables>, mark: string, userId: string) {
  const [session, person] = [`${mark}-session`, `${mark}-person`]
  const expires_at = sql<Date>`now() + interval '1 day'`
  await db
    .insertInto('session')
    .values({ id: session, user_id: userId, token: `${mark}-token`, expires_at, user_agent: `${mark}-agent` })
    .execute()
  await db
    .insertInto('person')
    .values({ id: person, name: `${mark}-somebody`, email: `${mark}@example.com` })
    .execute()
  const { id: invitation } = await db
    .insertInto('invitation')
    .values({
      email: `${mark}-invited@example.com`,
      role: 'viewer',
      sees_presence: false,
      token_hash: randomBytes(32),
      invited_by: userId,
      expires_at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { session, person, invitation }
}

export async function addBuilding(db: Kysely<Tables>, mark: string): Promise<{ id: number; name: string }> {
  const values = { name: `${mark}-building`, timezone: 'Asia/Tokyo', address: `${mark}-address` }
  return db.insertInto('building').values(values).returning(['id', 'name']).executeTakeFirstOrThrow()
}

/** All that can be changed by a request, as text; not when something was last used. */
export async function contentsOf(db: Kysely<Tables>): Promise<string> {
  const rows = await Promise.all(
    [...tables, 'retention_rule', 'person', 'person_scope', 'session', 'password_reset'].map((table) =>
      sql<{ row: string }>`
        select ${table} || (to_jsonb(t) - 'last_used_at' - 'last_seen_at')::text as row
        from ${sql.table(table)} t order by 1`.execute(db),
    ),
  )
  const readings = await sql<{ row: string }>`
    select format('%s %s %s', sensor_id, at, value) as row from reading_all order by 1`.execute(db)
  return [...rows, readings].flatMap((result) => result.rows.map(({ row }) => row)).join('\n')
}
