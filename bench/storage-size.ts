import type pg from 'pg'

export interface RelationBytes {
  heap: number
  index: number
  toast: number
}

/** Sum of a query's rows, each a relation `oid`; free space maps count with what they belong to. */
async function bytesOf(client: pg.Client, relations: string): Promise<RelationBytes> {
  const { rows } = await client.query<RelationBytes>(
    `select sum(pg_table_size(oid) - coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0))::float8 as heap,
            sum(pg_indexes_size(oid))::float8 as index,
            sum(coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0))::float8 as toast
     from pg_class where oid in (${relations})`,
  )
  return rows[0] as RelationBytes
}

/** Of the partitions that hold rows. */
export async function readRowBytes(client: pg.Client): Promise<RelationBytes> {
  const { rows } = await client.query<{ name: string }>('select distinct tableoid::regclass::text as name from reading')
  return bytesOf(client, rows.map(({ name }) => `'${name}'::regclass`).join(', '))
}

export interface SegmentBytes extends RelationBytes {
  /** Of the rows themselves, without free space and page headers. */
  live: number
  days: number
  withoutReadings: number
}

export async function readSegmentBytes(client: pg.Client): Promise<SegmentBytes> {
  const { rows } = await client.query<Omit<SegmentBytes, keyof RelationBytes>>(
    `select sum(pg_column_size(s.*))::float8 as live, count(*)::int4 as days,
            (count(*) filter (where step_ms is null))::int4 as "withoutReadings" from segment s`,
  )
  return { ...(await bytesOf(client, "'segment'::regclass")), ...(rows[0] as Omit<SegmentBytes, keyof RelationBytes>) }
}
