import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  assertNothingRunsIn,
  makeDataDir,
  type PlenumOptions,
  signIn,
  spawnPlenum,
  startPlenum,
  takePort,
} from './plenum.ts'

/** What it says when it can't start: one line, and nothing else. */
async function refusalOf(t: TestContext, options: PlenumOptions): Promise<string> {
  const plenum = spawnPlenum(t, { ...options, env: { PLENUM_LOG_LEVEL: 'warn', ...options.env } })
  await plenum.ended
  assert.equal(plenum.exitCode, 1, `${plenum.stdout}\n${plenum.stderr}`)
  assert.equal(plenum.stdout, '')
  const [line = '', ...others] = plenum.stderr.trim().split('\n')
  assert.deepEqual(others, [], 'one line')
  await assertNothingRunsIn(options.dataDir)
  return line
}

test('a wrong setting stops the start with one line that names it', async (t) => {
  const dataDir = await makeDataDir(t)
  const wrong: Record<string, string>[] = [
    { PLENUM_PORT: 'http' },
    { PLENUM_ROLE: 'worker' },
    { PLENUM_TRUSTED_PROXIES: 'my proxy' },
    { PLENUM_HOST: '192.0.2.1', PLENUM_PORT: '3000' },
    { DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:1/plenum' },
    { PLENUM_DATA_DIR: '/dev/null' },
  ]
  for (const env of wrong) {
    const [name = ''] = Object.keys(env)
    const line = await refusalOf(t, { dataDir, env })
    assert.match(line, new RegExp(name))
    assert.doesNotMatch(line, /secret/)
  }
})

test('a port that is taken is said in one line, before a database is made', async (t) => {
  const dataDir = await makeDataDir(t)
  const { port, free } = await takePort()
  t.after(free)
  const line = await refusalOf(t, { dataDir, env: { PLENUM_PORT: String(port) } })
  assert.match(line, new RegExp(`^PLENUM_PORT.*\\b${port}\\b`))
})

test('a data directory in use is refused with the address of its owner, who goes on undisturbed', async (t) => {
  const dataDir = await makeDataDir(t)
  const owner = await startPlenum(t, { dataDir, env: { PLENUM_DEMO: 'off' } })
  const second = spawnPlenum(t, { dataDir, env: { PLENUM_PORT: new URL(owner.address).port } })
  await second.ended
  assert.equal(second.exitCode, 1)
  assert.match(second.stderr, new RegExp(`in use by Plenum process ${owner.pid} \\(${owner.address}\\)`))

  await t.test('commands work beside it: a new password takes the place of the old one', async (s) => {
    const command = spawnPlenum(s, { dataDir, args: ['password'] })
    await command.ended
    assert.equal(command.exitCode, 0, command.stderr)
    const password = /with password (\S+)/.exec(command.stdout)?.[1] ?? ''
    await signIn(owner.address, password)
    await assert.rejects(signIn(owner.address, owner.password ?? ''))
  })
  assert.equal(await owner.end(), 0, owner.stderr)
  await assertNothingRunsIn(dataDir)
})

test('a command that can do nothing says why, and makes no database for it', async (t) => {
  const dataDir = await makeDataDir(t)
  const empty = await mkdtemp(join(tmpdir(), 'plenum-empty-'))
  t.after(() => rm(empty, { recursive: true }))
  const said: [args: string[], line: RegExp][] = [
    [['migrate'], /^DATABASE_URL is needed/],
    [['password'], /^nobody has an account yet/],
    [['retention'], /^there are no readings yet/],
    [['import', join(empty, 'none')], /is not a folder$/],
    [['import', empty], /^nobody has an account yet/],
  ]
  for (const [args, line] of said) assert.match(await refusalOf(t, { dataDir, args }), line)
  assert.equal(existsSync(dataDir), false)
})
