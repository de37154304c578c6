import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { after } from 'node:test'
import { promisify } from 'node:util'
import { cloneDatabase } from '#test'

const { resolve } = createRequire(import.meta.url)
const codegen = join(dirname(resolve('kysely-codegen')), 'cli', 'bin.js')
const biome = resolve('@biomejs/biome/bin/biome')
const file = new URL('./tables.generated.ts', import.meta.url)
const url = await cloneDatabase()
const folder = await mkdtemp(join(tmpdir(), 'plenum-tables-'))
after(() => rm(folder, { recursive: true }))

test('the types of the tables are what the migrations make', async () => {
  const outFile = join(folder, 'tables.ts')
  const options = ['--dialect', 'postgres', '--url', url, '--include-pattern', 'public.*', '--out-file', outFile]
  await promisify(execFile)(process.execPath, [codegen, ...options], { timeout: 30_000 })
  const generated = execFileSync(process.execPath, [biome, 'format', '--stdin-file-path=tables.ts'], {
    cwd: new URL('../../..', import.meta.url),
    input: await readFile(outFile),
    encoding: 'utf8',
  })
  // npm run db:types
  if (process.env['PLENUM_WRITE_TABLES'] === '1') await writeFile(file, generated)
  assert.equal(await readFile(file, 'utf8'), generated)
})
