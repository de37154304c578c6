import { type Kysely, type Selectable, sql } from 'kysely'
import { type Scope, withinScope } from '#auth'
import type { Tables } from '#platform'
import type { SegmentRow } from './segment-row.ts'
import { longestDayMs, segmentColumns } from './segment-store.ts'
import type { Counting } from './stored-readings.ts'

export type ReplacementRow = Selectable<Tables['meter_replacement']>

export interface MeteredSensor {
  sensor_type: string
  name: string
  building_id: number
}

/** Who did it, and when. */
export interface Doer {
  userId: string
  email: string
  at: Date
}

export interface NewReplacement {
  sensorId: number
  /** Of who declares it. */
  scope: Scope
  at: Date
  finalReading: number
  firstReading: number
  note: string | null
}

/** `Counting` of a sensor `s`. */
export const countingColumns = sql`s.rollover_value as "rolloverValue", coalesce(
  (select json_agg(json_build_object('atMs', (extract(epoch from m.at) * 1000)::float8,
                                     'finalReading', m.final_reading, 'firstReading', m.first_reading) order by m.at)
   from meter_replacement m where m.sensor_id = s.id and m.withdrawn_at is null), '[]') as replacements`

const sensorWithin = (scope: Scope) => withinScope(scope, { building: 'sensor.building_id', floor: 'sensor.floor_id' })
/** The sensor, null where there is none within the scope. */
const idWithin = (sensorId: number, scope: Scope) =>
  sql<number>`(select id from sensor where id = ${sensorId} and ${sensorWithin(scope)})`

/** The SQL of meter replacements. */
export const replacementStore = {
  /** What falls of counters mean, by sensor; of the sensors asked for none but counters. */
  async countings(
    db: Kysely<Tables>,
    sensorIds: readonly number[],
    signal?: AbortSignal,
  ): Promise<Map<number, Counting>> {
    const { rows } = await sql<Counting & { id: number }>`
      select s.id, ${countingColumns} from sensor s
      where s.id = any(${sensorIds}::int4[]) and is_counter(s.sensor_type)`.execute(db, {
      signal,
      inflightQueryAbortStrategy: 'cancel query',
    })
    return new Map(rows.map(({ id, ...counting }) => [id, counting]))
  },

  /** When meters of sensors were replaced, in time order; withdrawn ones don't count. */
  async instants(db: Kysely<Tables>, sensorIds: readonly number[]): Promise<Map<number, number[]>> {
    if (sensorIds.length === 0) return new Map()
    const { rows } = await sql<{ id: number; instants: number[] }>`
      select sensor_id as id, array_agg((extract(epoch from at) * 1000)::float8 order by at) as instants
      from meter_replacement where sensor_id = any(${sensorIds}::int4[]) and withdrawn_at is null
      group by sensor_id`.execute(db)
    return new Map(rows.map(({ id, instants }) => [id, instants]))
  },

  /** Undefined where there is no such sensor within the scope. */
  sensor: (db: Kysely<Tables>, sensorId: number, scope: Scope): Promise<MeteredSensor | undefined> =>
    db
      .selectFrom('sensor')
      .select(['sensor_type', 'name', 'building_id'])
      .where('id', '=', sensorId)
      .where(sensorWithin(scope))
      .executeTakeFirst(),

  /** Withdrawn ones too; in order of their instants, of one instant in that of their declaration. */
  ofSensor: (db: Kysely<Tables>, sensorId: number, scope: Scope): Promise<ReplacementRow[]> =>
    db
      .selectFrom('meter_replacement')
      .selectAll()
      .where('sensor_id', '=', idWithin(sensorId, scope))
      .orderBy('at')
      .orderBy('id')
      .execute(),

  add: (tx: Kysely<Tables>, given: NewReplacement, by: Doer): Promise<ReplacementRow> =>
    tx
      .insertInto('meter_replacement')
      .values({
        sensor_id: idWithin(given.sensorId, given.scope),
        at: given.at,
        final_reading: given.finalReading,
        first_reading: given.firstReading,
        note: given.note,
        declared_at: by.at,
        declared_by: by.userId,
        declared_by_email: by.email,
      })
      .returningAll()
      .executeTakeFirstOrThrow(),

  /** Nothing where it is withdrawn already. */
  withdraw: (
    db: Kysely<Tables>,
    { sensorId, id, scope }: { sensorId: number; id: number; scope: Scope },
    by: Doer,
  ): Promise<ReplacementRow | undefined> =>
    db
      .updateTable('meter_replacement')
      .set({ withdrawn_at: by.at, withdrawn_by: by.userId, withdrawn_by_email: by.email })
      .where('id', '=', id)
      .where('sensor_id', '=', idWithin(sensorId, scope))
      .where('withdrawn_at', 'is', null)
      .returningAll()
      .executeTakeFirst(),

  /** The sealed day that an instant lies in. */
  async segmentAt(tx: Kysely<Tables>, sensorId: number, at: Date): Promise<SegmentRow | undefined> {
    const { rows } = await sql<SegmentRow>`
      select ${segmentColumns} from segment s
      where s.sensor_id = ${sensorId} and s.from_at <= ${at} and s.to_at > ${at}
        and s.from_at > ${new Date(at.getTime() - longestDayMs)}`.execute(tx)
    return rows[0]
  },

  async keepSteps(tx: Kysely<Tables>, { sensor_id, from_ms }: SegmentRow, steps: string | null): Promise<void> {
    await sql`update segment set steps = ${steps}::text::float8[]
      where sensor_id = ${sensor_id} and from_at = ${new Date(from_ms)}`.execute(tx)
  },
}
