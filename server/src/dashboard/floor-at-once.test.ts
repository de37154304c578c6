import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import test from 'node:test'
import fc from 'fast-check'
import { createPerson, createSmallBuilding, disablePerson, type Rights, send, setRights, startTestServer } from '#test'
import { cookieOf } from '../../test/live-stream.ts'

/** As in production: what is known of rights is a second old at most, so that something can be answered at once. */
const server = await startTestServer({ rightsMaxAgeMs: 1_000 })
const { app, as, clock, services } = server
const find = services.dashboard.floorAtOnce(services.auth.readerAtOnce)

const [here, there] = [await createSmallBuilding(server), await createSmallBuilding(server)]
const rights: Rights[] = [
  { role: 'viewer', buildings: [here.building.id] },
  { role: 'viewer', floors: [here.floor.id], seesPresence: true },
  { role: 'manager', buildings: [there.building.id] },
  { role: 'viewer' },
]
const someone = async () => {
  const person = await createPerson(server, rights[0] as Rights)
  return { person, ...(await cookieOf(app, person)) }
}
const watching = await Promise.all([someone(), someone()])

const which = fc.nat(1)
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('look' as const),
        who: fc.nat(2),
        floor: fc.nat(2),
        accept: fc.constantFrom('identity', 'gzip, br', 'gzip', '*;q=0'),
        again: fc.boolean(),
        tag: fc.constantFrom('none' as const, 'last' as const, 'other' as const, 'any' as const),
      }),
    },
    fc.record({
      kind: fc.constant('reading' as const),
      floor: which,
      agoS: fc.nat(400),
      value: fc.integer({ min: 15, max: 30 }),
    }),
    fc.record({ kind: fc.constant('rights' as const), who: which, which: fc.nat(rights.length - 1) }),
    fc.record({ kind: fc.constant('rename' as const), floor: which, name: fc.constantFrom('1F', 'Ground') }),
    fc.record({ kind: fc.constant('pass' as const), s: fc.nat(200) }),
  ),
  { minLength: 10, maxLength: 40, size: 'max' },
)

const asked = (url: string, headers: Record<string, string>): IncomingMessage =>
  Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url, headers })
/** What both must say; `date` and the like are the connection's. */
const told = (headers: Record<string, unknown>) =>
  ['etag', 'vary', 'x-cache', 'cache-control', 'content-encoding', 'content-type', 'content-length'].map((name) => [
    name,
    headers[name],
  ])

test('what is answered at once is what the route answers, whatever happened before', async (t) => {
  const floors = [here.floor.id, there.floor.id, 999_999]
  const sensors = [here.temperature.id, there.temperature.id]
  let [looks, atOnce] = [0, 0]
  let last = '"none"'
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      for (const step of taken) {
        if (step.kind === 'pass') clock.nowMs += step.s * 1_000
        else if (step.kind === 'reading')
          await send(as, [
            {
              sensor_id: sensors[step.floor],
              timestamp: new Date(clock.nowMs - step.agoS * 1_000).toISOString(),
              value: step.value,
            },
          ])
        else if (step.kind === 'rights') {
          await setRights(services, watching[step.who]?.person.id as string, rights[step.which] as Rights)
          services.auth.accessChanged()
        } else if (step.kind === 'rename') await as('PATCH', `/api/floors/${floors[step.floor]}`, { name: step.name })
        else {
          const cookie = watching[step.who]?.cookie
          const tag = { none: undefined, last, other: '"other"', any: `W/${last}, "other"` }[step.tag]
          const headers = {
            'accept-encoding': step.accept,
            ...(cookie && { cookie }),
            ...(tag && { 'if-none-match': tag }),
          }
          const url = `/api/dashboard/floor/${floors[step.floor]}`
          // So that it is there, if it may be.
          if (step.again) await app.inject({ url, headers })
          const answer = find(asked(url, headers))
          const routed = await app.inject({ url, headers })
          looks++
          if (typeof routed.headers['etag'] === 'string') last = routed.headers['etag']
          if (answer === null) continue
          atOnce++
          assert.equal(answer.status, routed.statusCode)
          const pairs = Array.from({ length: answer.headers.length / 2 }, (_, i) =>
            answer.headers.slice(2 * i, 2 * i + 2),
          )
          assert.deepEqual(told(Object.fromEntries(pairs)), told(routed.headers))
          assert.deepEqual(answer.bytes ?? Buffer.alloc(0), routed.rawPayload)
        }
      }
    }),
    { numRuns: 40 },
  )
  t.diagnostic(`${looks} looks, ${atOnce} at once`)
  assert.ok(atOnce >= 20)
})

test('nobody is answered at once whose session has ended, who is disabled, or who comes with a key', async () => {
  const { person, cookie } = await someone()
  const url = `/api/dashboard/floor/${here.floor.id}`
  const again = async () => {
    await app.inject({ url, headers: { cookie } })
    return find(asked(url, { cookie }))?.status
  }
  assert.equal(await again(), 200)
  assert.equal(find(asked(url, {})), null)
  assert.equal(find(asked(url, { cookie, authorization: 'Bearer x' })), null)
  assert.equal(find(asked(`${url}?x=1`, { cookie })), null)
  await disablePerson(services, person.id)
  services.auth.accessChanged()
  assert.equal(await again(), undefined)

  const other = await someone()
  await app.inject({ url, headers: { cookie: other.cookie } })
  assert.equal(find(asked(url, { cookie: other.cookie }))?.status, 200)
  await app.inject({ method: 'POST', url: '/api/auth/sign-out', headers: { cookie: other.cookie } })
  assert.equal(find(asked(url, { cookie: other.cookie })), null)
})
