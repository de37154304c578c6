import { join } from 'node:path'
import { Client } from 'pg'
import { passwordFile, user } from './cluster.ts'
import { embeddedDatabaseError, errorCode, isEmbeddedDatabaseError } from './errors.ts'

const databaseName = 'plenum'

/** `dir`, the data directory, only serves the message about a wrong password. */
type Access = { readonly port: number; readonly password: string; readonly dir: string }

export function databaseUrl({ port, password }: Omit<Access, 'dir'>): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${databaseName}`
}

/**
 * Makes the database if it is missing: at the first start, or when that one was killed before it got here.
 * @returns whether it was made now, so that nothing of ours can be in it
 * @throws EmbeddedDatabaseError `database_password_wrong`
 */
export async function ensureDatabase(access: Access): Promise<boolean> {
  return withClient(access, 'postgres', async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName])
    if (rowCount !== 0) return false
    await client.query(`CREATE DATABASE ${databaseName}`)
    return true
  })
}

/**
 * Whether a server that says it is ready answers us.
 * @throws EmbeddedDatabaseError `database_password_wrong`
 */
export async function answers(access: Access): Promise<boolean> {
  try {
    return await withClient(access, 'postgres', async (client) => (await client.query('SELECT 1')).rowCount === 1)
  } catch (error) {
    if (isEmbeddedDatabaseError(error)) throw error
    return false
  }
}

function wrongPassword(dir: string, cause: unknown): Error {
  const path = join(dir, passwordFile)
  return embeddedDatabaseError(
    'database_password_wrong',
    `The password in ${path} is not the one of the database beside it: put the right file back, or delete it and start again, then a new password is set.`,
    cause,
  )
}

async function withClient<T>(access: Access, database: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    host: '127.0.0.1',
    port: access.port,
    user,
    password: access.password,
    database,
    ssl: false,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
    application_name: 'plenum start',
  })
  // A server that goes away while the connection closes is not news to anybody.
  client.on('error', () => {})
  try {
    await client.connect()
    return await use(client)
  } catch (error) {
    throw errorCode(error) === '28P01' ? wrongPassword(access.dir, error) : error
  } finally {
    await client.end().catch(() => {})
  }
}
