import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test, { after } from 'node:test'
import type { AuditEntry } from '@plenum/contract'
import { sql } from 'kysely'
import pg from 'pg'
import { startTestServer } from '#test'
import { bySystem } from './by.ts'
import { append } from './store.ts'

const { as, services, databaseUrl } = await startTestServer()
const { db } = services.database
await append(db, bySystem('test'), { action: 'zone.update', thing: { kind: 'zone', id: 1, name: 'Lab' } })
const count = async () => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from audit_entry`.execute(db)
  return rows[0]?.n ?? 0
}

const changes = [
  'update audit_entry set actor_name = null',
  'update audit_entry set times = 2 where false',
  'delete from audit_entry',
  'delete from audit_entry where id = 0',
  'truncate audit_entry',
  `insert into audit_entry (id, actor_kind, action, outcome, search_text) overriding system value
     select id, actor_kind, action, outcome, search_text from audit_entry limit 1
     on conflict (id) do update set actor_kind = 'anonymous'`,
  `merge into audit_entry e using (select 1) one on true when matched then delete`,
  `with gone as (delete from audit_entry returning *) select * from gone`,
]

test('the role of the application can not change or delete an entry, superuser as it is with the embedded database', async () => {
  const { rows } = await sql<{ rolsuper: boolean }>`
    select rolsuper from pg_roles where rolname = current_user`.execute(db)
  assert.equal(rows[0]?.rolsuper, true)
  const before = await count()
  assert.ok(before > 0)
  for (const statement of changes) await assert.rejects(sql.raw(statement).execute(db), /append-only/, statement)
  await assert.rejects(
    db.transaction().execute(async (tx) => {
      await sql`set local session_replication_role = replica`.execute(tx)
      await sql`delete from audit_entry`.execute(tx)
    }),
    /append-only/,
  )
  assert.equal(await count(), before)
})

test('a role that owns the table has no right to, before any trigger', async () => {
  const role = `owner_${Math.random().toString(36).slice(2)}`
  const asSuperuser = new pg.Client({ connectionString: databaseUrl })
  await asSuperuser.connect()
  after(async () => {
    await asSuperuser.query(`reassign owned by ${role} to current_user`)
    await asSuperuser.query(`drop owned by ${role}`)
    await asSuperuser.query(`drop role ${role}`)
    await asSuperuser.end()
  })
  await asSuperuser.query(`create role ${role}`)
  await asSuperuser.query(`alter table audit_entry owner to ${role}`)
  await asSuperuser.query(`set role ${role}`)
  await asSuperuser.query(`insert into audit_entry (actor_kind, action, outcome, search_text)
    values ('system', 'zone.update', 'done', '')`)
  assert.equal((await asSuperuser.query('select 1 from audit_entry')).rowCount, await count())
  for (const statement of ['update audit_entry set times = 2', 'delete from audit_entry', 'truncate audit_entry'])
    await assert.rejects(asSuperuser.query(statement), { code: '42501', message: /permission denied/ }, statement)
  await asSuperuser.query('reset role')
})

test('an entry that no bound was kept for is refused', async () => {
  await assert.rejects(
    sql`insert into audit_entry (actor_kind, action, outcome, search_text, after)
      values ('system', 'zone.update', 'done', '', ${JSON.stringify({ plan: 'x'.repeat(300_000) })}::jsonb)`.execute(
      db,
    ),
    /audit_entry_bounded/,
  )
})

test('the longest entry that the program makes is not refused', async () => {
  const digits = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`field_${n}`, Array(990).fill(n % 10)]))
  const words = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`field_${n}`, '窓'.repeat(9_000)]))
  const long = '\ufdfa'.repeat(10_000)
  for (const fields of [digits, words])
    await append(db, bySystem(long), {
      action: 'zone.update',
      thing: { kind: 'zone', name: long },
      before: fields,
      after: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value, 1]])),
      details: fields,
    })
})

test('the owner of the database lets old entries go as ADR 0016 says, which leaves an entry and the lock', async () => {
  const page = readFileSync(new URL('../../../docs/adr/0016-audit-log.md', import.meta.url), 'utf8')
  const statements = /^```sql\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? ''
  await sql`insert into audit_entry (at, actor_kind, action, outcome, search_text)
    select '2020-06-01', 'system', 'zone.update', 'done', '' from generate_series(1, 3)`.execute(db)
  const before = await count()
  const owner = new pg.Client({ connectionString: databaseUrl })
  await owner.connect()
  await owner.query(statements).finally(() => owner.end())
  assert.equal(await count(), before - 3 + 1)
  const [newest] = (await as('GET', '/api/audit?limit=1')).json<{ items: AuditEntry[] }>().items
  assert.deepEqual([newest?.action, newest?.details], ['audit.drop', { entries: 3 }])
  for (const statement of changes) await assert.rejects(sql.raw(statement).execute(db), /append-only/, statement)
})
