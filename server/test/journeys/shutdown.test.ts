import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import type { NewApiKey } from '@plenum/contract'
import { eventually } from '#test'
import { assertNothingRunsIn, floorsOf, makeDataDir, onlyBuilding, processesOf, signIn, startPlenum } from './plenum.ts'

test('a request that is on its way when SIGTERM comes is answered, and only then everything ends', async (t) => {
  const dataDir = await makeDataDir(t)
  const plenum = await startPlenum(t, { dataDir })
  const person = await signIn(plenum.address, plenum.password ?? '')
  const building = await onlyBuilding(person)
  const [floor] = await floorsOf(person, building)
  const { items } = await person.get<{ items: { id: number }[] }>(`/api/gateways?building_id=${building.id}`)
  const { key } = await person.post<NewApiKey>(`/api/gateways/${items[0]?.id}/keys`, {})

  const body = JSON.stringify({
    sensor_id: floor?.sensors[0]?.sensor_id,
    timestamp: new Date(Date.now() - 86_400_000).toISOString(),
    value: 21,
  })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': body.length }
  const slow = request(`${plenum.address}/api/sensors/data`, { method: 'POST', headers })
  const answered = once(slow, 'response') as Promise<[IncomingMessage]>
  slow.write(body.slice(0, 20))
  // Connections are taken in order, so with this answer the request above has begun.
  await person.get('/api/buildings')

  plenum.signal('SIGTERM')
  await eventually(
    () =>
      fetch(`${plenum.address}/healthz`).then(
        () => 'answers',
        () => 'refused',
      ),
    (state) => state === 'refused',
  )
  assert.equal(plenum.exitCode, null, 'it waits for the slow one')
  slow.end(body.slice(20))
  const [answer] = await answered
  assert.equal(answer.statusCode, 200)
  const [text] = (await once(answer.setEncoding('utf8'), 'data')) as [string]
  assert.deepEqual(JSON.parse(text), { stored: 1, duplicates: 0, rejected: 0, errors: [] })

  await plenum.ended
  assert.equal(plenum.exitCode, 0, plenum.stderr)
  await assertNothingRunsIn(dataDir)
})

test('SIGTERM for npm ends the server too', async (t) => {
  const dataDir = await makeDataDir(t)
  const npm = await startPlenum(t, { dataDir, viaNpm: true })
  npm.signal('SIGTERM')
  await npm.ended
  await eventually(
    () =>
      fetch(npm.address).then(
        () => 'answers',
        () => 'refused',
      ),
    (state) => state === 'refused',
  )
  await assertNothingRunsIn(dataDir)
})

test('a second Ctrl-C does not wait for who is still being answered', async (t) => {
  const dataDir = await makeDataDir(t)
  const plenum = await startPlenum(t, { dataDir, env: { PLENUM_DEMO: 'off' } })
  const slow = request(`${plenum.address}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 1_000 },
  })
  const broken = once(slow, 'error')
  slow.write('{')
  assert.equal((await fetch(`${plenum.address}/healthz`)).status, 200)
  plenum.signal('SIGINT')
  // The same wish for a second, because npm hands it on; later a wish of its own. Asked until it is heard.
  const asking = setInterval(() => plenum.signal('SIGINT'), 200)
  t.after(() => clearInterval(asking))
  await broken
  // Heard; one that comes while the process exits would end it as if nobody listened.
  clearInterval(asking)
  await plenum.ended
  assert.equal(plenum.exitCode, 0, plenum.stderr)
  await assertNothingRunsIn(dataDir)
})

test('killed, it takes its simulator along, and the next start takes over the PostgreSQL it left', async (t) => {
  const dataDir = await makeDataDir(t)
  const killed = await startPlenum(t, { dataDir })
  const isSimulator = async (pid: number): Promise<boolean> =>
    readFile(`/proc/${pid}/cmdline`, 'utf8').then(
      (line) => line.includes('demo-feed.json'),
      () => false,
    )
  const simulators = async (): Promise<number> => {
    const are = await Promise.all((await processesOf(dataDir)).map(isSimulator))
    return are.filter(Boolean).length
  }
  if (process.platform === 'linux') assert.equal(await simulators(), 1)
  await killed.kill()
  await eventually(simulators, (count) => count === 0)
  const next = await startPlenum(t, { dataDir })
  assert.match(next.stderr, /"adopted":true/)
  assert.equal(await next.end(), 0, next.stderr)
  await assertNothingRunsIn(dataDir)
})
