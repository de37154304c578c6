import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { createLog, startEmbeddedDatabase } from '#platform'
import { migrateDatabase } from '../src/server.ts'

/**
 * Before all test files (`node --test --test-global-setup`): one PostgreSQL for the whole run, with a migrated
 * database that every file clones. TEST_DATABASE_URL names another server to run on, e.g. an older PostgreSQL.
 */

const template = 'plenum_template'
let cleanUp: () => Promise<void> = async () => {}

export async function globalSetup(): Promise<void> {
  const log = createLog('warn')
  let url = process.env['TEST_DATABASE_URL']
  if (!url) {
    const dataDir = await mkdtemp(join(tmpdir(), 'plenum-test-'))
    const database = await startEmbeddedDatabase({ dataDir, log })
    cleanUp = async () => {
      await database.stop()
      await rm(dataDir, { recursive: true, force: true })
    }
    url = database.url
  }
  const templateUrl = new URL(url)
  templateUrl.pathname = `/${template}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`drop database if exists ${template} with (force)`)
  await client.query(`create database ${template}`)
  await client.end()
  await migrateDatabase(templateUrl.href, 'TEST_DATABASE_URL', log)
  process.env['PLENUM_TEST_SERVER'] = url
}

export const globalTeardown = (): Promise<void> => cleanUp()
