import assert from 'node:assert/strict'
import test, { afterEach } from 'node:test'
import type { Role } from '@plenum/contract'
import {
  administrator,
  type Caller,
  caller,
  createPerson,
  createSmallBuilding,
  eventually,
  signIn,
  startTestServer,
  type TestServer,
} from '#test'
import { startTestRedis } from '../../test/redis.ts'
import { findRedis } from '../../test/system-packages.ts'

// Sessions with Redis (F6, S3), on two instances of the application that are what `serve` starts.
const { skip } = findRedis()
/** A second is promised; a busy machine may take a moment to be asked. */
const withinMs = 2_000

const instance = (redisUrl: string, databaseUrl?: string) =>
  startTestServer({ ...(databaseUrl && { databaseUrl }), redisUrl, rightsMaxAgeMs: 1_000 })
const startAll = async () => {
  const redis = await startTestRedis()
  const one = await instance(redis.url)
  const two = await instance(redis.url, one.databaseUrl)
  const { building } = await createSmallBuilding(one)
  return { redis, one, two, building }
}
const { redis, one, two, building } = skip ? ({} as Awaited<ReturnType<typeof startAll>>) : await startAll()

const isUp = ({ services }: TestServer) => services.redis?.status().up
const allUp = async () => {
  for (const server of [one, two]) await eventually(async () => isUp(server), Boolean, 15_000)
}
const lookUps = async ({ services }: TestServer, where: 'process' | 'redis' | 'database'): Promise<number> => {
  const text = await services.metrics.text()
  return Number(new RegExp(`^plenum_session_lookups_total\\{in="${where}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
}
/** How a request finds the session of its cookie. */
const foundIn = async (server: TestServer, request: () => Promise<unknown>) => {
  const places = ['process', 'redis', 'database'] as const
  const counts = () => Promise.all(places.map((where) => lookUps(server, where)))
  const earlier = await counts()
  await request()
  const later = await counts()
  return places.filter((_, i) => later[i] !== earlier[i])
}
const read = async (as: Caller) => (await as('GET', `/api/buildings/${building.id}`)).statusCode
const configure = async (as: Caller) =>
  (await as('PATCH', `/api/buildings/${building.id}`, { address: 'x' })).statusCode
/** One cookie at both instances. */
const signedIn = async (role: Exclude<Role, 'administrator'> = 'manager') => {
  const person = await createPerson(one, { role, buildings: [building.id] })
  const payload = { email: person.email, password: person.password }
  const answer = await one.app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload })
  assert.equal(answer.statusCode, 200, answer.body)
  const cookie = answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ')
  return { ...person, cookie, atOne: caller(one.app, { cookie }), atTwo: caller(two.app, { cookie }) }
}
const change = async (id: string, patch: object) => {
  const answer = await one.as('PATCH', `/api/users/${id}`, patch)
  assert.equal(answer.statusCode, 200, answer.body)
}
const becomes = (as: Caller, status: number) =>
  eventually(
    () => read(as),
    (answered) => answered === status,
    withinMs,
  )

if (!skip) await allUp()
afterEach(async () => {
  if (skip) return
  redis.goOn()
  await allUp()
})

test('a session that one instance has read is not read from the database by another', { skip }, async () => {
  const places = async () => {
    const { atOne, atTwo } = await signedIn()
    const asked: [TestServer, Caller][] = [
      [one, atOne],
      [one, atOne],
      [two, atTwo],
      [two, atTwo],
    ]
    const found: string[] = []
    for (const [server, as] of asked) found.push(...(await foundIn(server, () => read(as))))
    return found.join()
  }
  // Not while a transaction runs, anywhere on this PostgreSQL, that began before the person was made; nor in a moment
  // in which Redis is late.
  await eventually(places, (found) => found === 'database,process,redis,process')
})

test('rights that change hold at once where they were changed, and within a second elsewhere', { skip }, async () => {
  const { id, atOne, atTwo } = await signedIn()
  assert.deepEqual([await configure(atOne), await configure(atTwo)], [200, 200])
  await change(id, { role: 'viewer' })
  assert.equal(await configure(atOne), 403)
  await eventually(
    () => configure(atTwo),
    (status) => status === 403,
    withinMs,
  )
  await change(id, { disabled: true })
  assert.equal(await read(atOne), 401)
  await becomes(atTwo, 401)
})

test('what ends sessions ends them on all instances, where Redis still has them', { skip }, async () => {
  const ways: [string, (person: Awaited<ReturnType<typeof signedIn>>) => Promise<unknown>][] = [
    ['sign-out', ({ atOne }) => atOne('POST', '/api/auth/sign-out')],
    [
      'ended from another session',
      async (person) =>
        (await signIn(one.app, { email: person.email, password: person.password }))('DELETE', '/api/auth/sessions'),
    ],
    ['disabled', ({ id }) => change(id, { disabled: true })],
    [
      'another password',
      async (person) => {
        const other = await signIn(one.app, { email: person.email, password: person.password })
        const passwords = { current_password: person.password, new_password: 'a window in the east' }
        return other('POST', '/api/profile/password', passwords)
      },
    ],
  ]
  for (const [how, end] of ways) {
    const person = await signedIn()
    assert.deepEqual([await read(person.atOne), await read(person.atTwo)], [200, 200], how)
    await end(person)
    assert.equal(await read(person.atOne), 401, how)
    await becomes(person.atTwo, 401)
  }
})

test('disabling holds within a second also when Redis is lost in that moment', { skip }, async () => {
  for (const lose of [async () => redis.pause(), redis.kill]) {
    const { id, atOne, atTwo } = await signedIn()
    assert.deepEqual([await read(atOne), await read(atTwo)], [200, 200])
    await lose()
    await change(id, { disabled: true })
    assert.equal(await read(atOne), 401)
    await becomes(atTwo, 401)
    redis.goOn()
    if (lose === redis.kill) await redis.start()
    await allUp()
    assert.deepEqual([await read(atOne), await read(atTwo)], [401, 401])
  }
})

test('a Redis that is set back to what it once held opens nothing', { skip }, async () => {
  const { id, atOne, atTwo } = await signedIn()
  assert.equal(await read(atOne), 200)
  const keys = (await redis.command('KEYS', 'plenum:session:*')) as string[]
  const held = await Promise.all(keys.map(async (key) => [key, String(await redis.command('GET', key))] as const))
  await change(id, { disabled: true })
  await redis.command('FLUSHALL')
  for (const [key, value] of held) await redis.command('SET', key, value)
  assert.equal(await read(atOne), 401)
  await becomes(atTwo, 401)
})

test('what somebody else writes to Redis is not believed', { skip }, async () => {
  const { atOne, atTwo } = await signedIn('viewer')
  await redis.command('FLUSHALL')
  // What was known of them is void now, so that they are read and put there anew.
  assert.equal((await atOne('PATCH', '/api/profile', { name: 'Heron' })).statusCode, 200)
  assert.equal(await read(atOne), 200)
  const entry = async () => {
    const keys = (await redis.command('KEYS', 'plenum:session:*')) as string[]
    const all = await Promise.all(keys.map(async (key) => [key, String(await redis.command('GET', key))] as const))
    return all.find(([, value]) => value.includes('Heron'))
  }
  const [key = '', value = ''] = (await eventually(entry, Boolean)) ?? []
  const forged = value.replace('"viewer"', '"manager"')
  assert.notEqual(forged, value)
  await redis.command('SET', key, forged)
  assert.deepEqual(await foundIn(two, () => read(atTwo)), ['database'])
  assert.equal(await configure(atTwo), 403)
})

test('what lies in Redis opens nothing, and does not stay', { skip }, async () => {
  const { cookie, atOne } = await signedIn()
  await read(atOne)
  const session = cookie.split('; ').find((each) => each.startsWith('plenum.session_token='))
  const [token = ''] = decodeURIComponent(session?.split('=')[1] ?? '').split('.')
  assert.ok(token.length === 32)
  const keys = (await redis.command('KEYS', '*')) as string[]
  assert.ok(keys.length > 0)
  for (const key of keys) {
    const ttlMs = Number(await redis.command('PTTL', key))
    assert.ok(ttlMs > 0 && ttlMs <= 600_000, `${key} ${ttlMs}`)
    assert.ok(!`${key}${String(await redis.command('GET', key))}`.includes(token))
  }
})

test('Redis is flushed, paused, killed and started again while people work: nobody is asked to sign in', {
  skip,
}, async () => {
  const { atOne, atTwo } = await signedIn()
  const work = new AbortController()
  const answered: number[] = []
  const working = [atOne, atTwo].map(async (as) => {
    while (!work.signal.aborted) {
      answered.push(await read(as), await configure(as))
      const fresh = await signIn(one.app, administrator)
      answered.push((await fresh('GET', '/api/profile')).statusCode)
    }
  })
  const goOnFor = async (requests: number) => {
    const until = answered.length + requests
    await eventually(
      async () => answered.length,
      (count) => count >= until,
    )
  }
  await redis.command('FLUSHALL')
  await goOnFor(12)
  redis.pause()
  await goOnFor(24)
  await eventually(
    async () => isUp(one) || isUp(two),
    (up) => !up,
    5_000,
  )
  await goOnFor(12)
  redis.goOn()
  await allUp()
  await redis.command('CLIENT', 'PAUSE', '3000', 'ALL')
  await goOnFor(24)
  await redis.kill()
  await goOnFor(24)
  await redis.start()
  await allUp()
  await goOnFor(12)
  work.abort()
  await Promise.all(working)
  assert.deepEqual(new Set(answered), new Set([200]))
})

test('that Redis is away is said, in the log once and where it is asked; then that it is back', { skip }, async () => {
  const said = async () => {
    const { status, checks } = (await one.as('GET', '/readyz')).json()
    const metrics = await one.services.metrics.text()
    const { ok, detail } = checks.find(({ name }: { name: string }) => name === 'redis')
    return { status, ok, detail, up: /^plenum_redis_up (\d)/m.exec(metrics)?.[1] }
  }
  const logged = (text: string) => one.logged.filter((line) => line.includes(text)).length
  const wentBefore = [logged('Redis does not answer'), logged('Redis answers')]
  assert.deepEqual(await said(), { status: 'ready', ok: true, detail: 'reachable', up: '1' })
  await redis.kill()
  const away = await eventually(said, ({ ok }) => !ok)
  assert.deepEqual([away.status, away.up], ['degraded', '0'])
  assert.match(away.detail, /^not reachable, going on without it: /)
  assert.equal((await one.as('GET', '/readyz')).statusCode, 200)
  await redis.start()
  await eventually(said, ({ ok }) => ok)
  assert.deepEqual(
    [logged('Redis does not answer'), logged('Redis answers')],
    wentBefore.map((count) => count + 1),
  )
  assert.ok(!one.logged.some((line) => line.includes(redis.url)))
})

test('it starts while Redis is away, and takes it when it comes', { skip }, async () => {
  await redis.kill()
  const third = await instance(redis.url, one.databaseUrl)
  assert.equal((await third.as('GET', '/api/profile')).statusCode, 200)
  assert.equal(isUp(third), false)
  await redis.start()
  await eventually(async () => isUp(third), Boolean, 15_000)
})
