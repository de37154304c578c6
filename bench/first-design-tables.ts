import { copyOfRows, type ReadingRows } from './reading-rows.ts'
import type { ReadingTable } from './reading-table.ts'

/**
 * The tables of the first design, beside ours in the same database: a reading is a row with a serial id, and the only
 * indexes are those of primary and foreign keys.
 */
export async function createFirstDesign(table: ReadingTable) {
  const { client } = table
  await client.query(`
    create schema first_design
    create table floors (id int4 primary key, name text not null)
    create table sensors (
      id int4 primary key, floor_id int4 not null references floors, sensor_type text not null, name text not null)
    create table sensor_data (
      id bigserial primary key, sensor_id int4 not null references sensors,
      timestamp timestamptz not null, value float8 not null)`)
  await client.query('insert into first_design.floors select id, name from floor')
  await client.query('insert into first_design.sensors select id, floor_id, sensor_type, name from sensor')
  await client.query(
    'create unlogged table first_design.arrived (sensor_id int4, quality int2, at timestamptz, value float8)',
  )

  return {
    /** @param rows in the order in which they came in */
    async add(rows: ReadingRows): Promise<void> {
      await table.copy(copyOfRows(rows), 'first_design.arrived')
      await client.query(
        'insert into first_design.sensor_data (sensor_id, timestamp, value) select sensor_id, at, value from first_design.arrived',
      )
      await client.query('truncate first_design.arrived')
    },

    /** What nobody had to wait for is made at the end: the index of the foreign keys, visibility, statistics. */
    async end(): Promise<void> {
      await client.query('drop table first_design.arrived')
      await client.query('create index on first_design.sensors (floor_id)')
      await client.query('create index on first_design.sensor_data (sensor_id)')
      await client.query('vacuum analyze first_design.sensor_data')
      await client.query('analyze first_design.sensors')
    },

    /** The index that the review asks for. */
    async addIndex(): Promise<void> {
      await client.query('create index on first_design.sensor_data (sensor_id, timestamp desc)')
    },

    async bytes(): Promise<number> {
      const { rows } = await client.query<{ bytes: string }>(
        "select pg_total_relation_size('first_design.sensor_data') as bytes",
      )
      return Number(rows[0]?.bytes)
    },
  }
}
