import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'node:test'

/**
 * What has to hold on every storage engine, once more on TimescaleDB: TIMESCALE_DATABASE_URL names a server that has it
 * preloaded, and on which this user may make databases.
 */

const url = process.env['TIMESCALE_DATABASE_URL']
const root = fileURLToPath(new URL('../../', import.meta.url))
const answers = [
  'server/src/readings/{store,copy-rows,ingest,oracle,seal,stored,concurrency,sealed-duplicates,replacements,retention,retention-routes}.test.ts',
  'server/src/history/{history,live,routes,series,streams}.test.ts',
  'server/src/dashboard/{dashboard,oracle}.test.ts',
  'server/src/registry/belonging.test.ts',
]
const files = [...globSync(answers, { cwd: root }), 'server/test/timescale-upkeep.ts']

if (url === undefined || url === '') {
  test('storage tests on TimescaleDB', { skip: 'TIMESCALE_DATABASE_URL does not name a server' })
} else {
  // Without it, the child would report to this test runner instead of in words.
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env
  const env = { ...rest, PLENUM_TEST_STORAGE: 'timescale', PLENUM_TEST_SERVER: url }
  for (const file of files) {
    test(`${file} on TimescaleDB`, async () => {
      const output = await new Promise<string | null>((resolve) => {
        const options = { cwd: root, env, timeout: 300_000, maxBuffer: 2 ** 26 }
        execFile(process.execPath, ['--test', file], options, (error, stdout, stderr) =>
          resolve(error === null ? null : `${error.message}\n${stdout}${stderr}`),
        )
      })
      assert.equal(output, null)
    })
  }
}
