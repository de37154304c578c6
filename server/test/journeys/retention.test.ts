import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createSmallBuilding, send, startTestServer } from '#test'
import { makeDataDir, spawnPlenum } from './plenum.ts'

const server = await startTestServer()
const { db } = server.services.database

test('the command shows what is kept and what would go, and drops it only when told to', async (t) => {
  const dataDir = await makeDataDir(t)
  const { temperature } = await createSmallBuilding(server)
  const minute = (i: number) => new Date(Date.parse('2024-05-01T00:00Z') + i * 60_000).toISOString()
  await send(
    server.as,
    Array.from({ length: 2_880 }, (_, i) => ({ sensor_id: temperature.id, timestamp: minute(i), value: 20 })),
  )
  await server.services.readings.sealClosedDays()
  for (const [kind, raw] of [
    ['co2', { days: 90 }],
    ['temperature', { months: 12 }],
  ] as const)
    await server.as('PUT', `/api/retention/${kind}`, { raw, rollup: 'for_ever' })
  const run = async (...flags: string[]) => {
    const env = { DATABASE_URL: server.databaseUrl }
    const command = spawnPlenum(t, { dataDir, args: ['retention', ...flags], env })
    await command.ended
    assert.equal(command.exitCode, 0, command.stderr)
    return command.stdout
  }

  const held = await run('--dry-run')
  assert.match(held, /^humidity +13 months +60 months$/m)
  assert.match(held, /^co2 +90 days +for ever +changed 2026-11-23$/m)
  assert.match(held, /^temperature +readings +\d{4}-\d\d-\d\d +0 +0 +0\.0 +2,880$/m, 'registered just now')
  await sql`update sensor set created_at = '2024-01-01'`.execute(db)

  const row = /^temperature +readings +\d{4}-\d\d-\d\d +3 +2,880 +0\.0 +0$/m
  for (const told of [await run(), await run('--dry-run')]) {
    assert.match(told, row)
    assert.match(told, /Nothing was dropped/)
  }
  const applied = await run('--apply')
  assert.match(applied, row)
  assert.match(applied, /Dropped 2,880 readings, from 3 days of sensors/)
  assert.match(await run('--apply'), /Nothing is older than it is kept/)
  const left = await sql<{ days: number; kept: number }>`
    select count(*) as days, count(step_ms) as kept from segment`.execute(db)
  assert.deepEqual(left.rows, [{ days: 3, kept: 0 }], 'the figures are there')
  const wrong = spawnPlenum(t, { dataDir, args: ['retention', '--apply', '--dry-run'] })
  await wrong.ended
  assert.equal(wrong.exitCode, 1)
  assert.match(wrong.stderr, /exclude each other/)
})
