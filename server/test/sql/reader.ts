import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import pg from 'pg'
import { roleStatements } from './document.ts'

/** Counts and sums as numbers, a date as it is written. */
const parsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.INT8, Number],
  [pg.types.builtins.NUMERIC, Number],
  [pg.types.builtins.DATE, String],
])
const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) => parsers.get(id) ?? pg.types.getTypeParser(id, format),
}

/**
 * A connection as the role of docs/sql.md, made by the statements there; under a name of its own, as roles belong to the
 * whole server.
 */
export async function connectReader(databaseUrl: string): Promise<pg.Client> {
  const [role, password] = [`plenum_read_${randomBytes(4).toString('hex')}`, randomBytes(16).toString('hex')]
  const asOwner = async (connectionString: string, statements: string[]): Promise<void> => {
    const owner = new pg.Client({ connectionString })
    await owner.connect()
    try {
      for (const sql of statements) await owner.query(sql)
    } finally {
      await owner.end()
    }
  }
  await asOwner(databaseUrl, [
    ...roleStatements.map((sql) => sql.replaceAll('plenum_read', role)),
    `alter role ${role} password '${password}'`,
  ])
  const url = new URL(databaseUrl)
  Object.assign(url, { username: role, password })
  const reader = new pg.Client({ connectionString: url.href, types })
  // The database is dropped under it at the end, and its rights with it.
  reader.on('error', () => {})
  await reader.connect()
  after(async () => {
    await reader.end().catch(() => {})
    await asOwner(process.env['PLENUM_TEST_SERVER'] as string, [`drop role ${role}`])
  })
  return reader
}
