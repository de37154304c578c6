import assert from 'node:assert/strict'
import test from 'node:test'
import { cloneDatabase } from '#test'
import { connectReader } from './reader.ts'

const reader = await connectReader(await cloneDatabase())
const readable = [
  'building',
  'floor',
  'gateway',
  'meter_replacement',
  'reading',
  'reading_all',
  'retention_log',
  'rollup_1d',
  'rollup_1h',
  'segment',
  'sensor',
  'zone',
]

/** Who declared a replacement is nobody's business. */
const columnsOf = (name: string) =>
  name === 'meter_replacement' ? 'sensor_id, at, final_reading, first_reading, withdrawn_at' : '*'

test('it may read what the document says, and nothing else in any schema', async () => {
  const { rows } = await reader.query<{ name: string }>(`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
      and n.nspname !~ '^pg_' and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select'))
    order by c.relname`)
  assert.deepEqual(
    rows.map(({ name }) => name),
    readable,
  )
  for (const name of readable) await reader.query(`select ${columnsOf(name)} from ${name} limit 1`)
})

test('secrets are not for it, nor what the server knows of passwords and files', async () => {
  const secrets = ['person', 'session', 'credential', 'verification', 'api_key', 'installation_secret', 'pg_authid']
  for (const name of secrets) await assert.rejects(reader.query(`select * from ${name}`), { code: '42501' }, name)
  await assert.rejects(reader.query('select declared_by_email from meter_replacement'), { code: '42501' })
  await assert.rejects(reader.query(`select pg_read_file('postgresql.conf')`), { code: '42501' })
})

test('it has no right to write anywhere, whatever settings it changes', async () => {
  const { rows } = await reader.query<{ what: string }>(`
    select c.relname as what from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_temp|^pg_toast' and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and (has_table_privilege(c.oid, 'insert, update, delete, truncate, references, trigger'))
      and c.oid <> 'pg_settings'::regclass
    union all
    select relname from pg_class
    where case when relkind = 'S' then has_sequence_privilege(oid, 'usage, select, update') end
    union all
    select nspname from pg_namespace where has_schema_privilege(oid, 'create')
    union all
    select 'create database' where has_database_privilege(current_database(), 'create')
    union all
    select rolname from pg_roles
    where rolname = current_user and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)`)
  assert.deepEqual(rows, [])
  const writes = [
    'delete from reading',
    'update sensor set name = name',
    `insert into reading values (1, 0, now(), 1)`,
    'create table public.mine ()',
    'drop view rollup_1d',
  ]
  for (const sql of writes) await assert.rejects(reader.query(sql), { code: '25006' }, sql)
  await reader.query('set default_transaction_read_only = off')
  for (const sql of writes) await assert.rejects(reader.query(sql), { code: '42501' }, sql)
})

test('a question of its own ends after 30 seconds', async () => {
  const { rows } = await reader.query<{ statement_timeout: string }>('show statement_timeout')
  assert.equal(rows[0]?.statement_timeout, '30s')
})
