import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import fc from 'fast-check'
import { createTestClock, eventually, quietLog } from '#test'
import { createCopiesInMemory } from '../../test/cache/copies-in-memory.ts'
import { order, type Stored } from '../../test/cache/instances.ts'
import { startTestRedis } from '../../test/redis.ts'
import { findRedis } from '../../test/system-packages.ts'
import { createSharedCopies } from './cache-shared.ts'
import { createMetrics } from './metrics.ts'
import { openRedis } from './redis.ts'

const { skip } = findRedis()
const lifeMs = 60_000

const start = async () => {
  const server = await startTestRedis()
  const redis = openRedis({ url: server.url, log: quietLog, metrics: createMetrics() })
  after(redis.close)
  await eventually(async () => redis.status().up, Boolean)
  return { server, redis }
}
const { server, redis } = skip ? ({} as Awaited<ReturnType<typeof start>>) : await start()
const clock = createTestClock()
const copies = (secret: string, isSigned = false) =>
  createSharedCopies<Stored>({ redis, secret, isSigned, name: 'test', keyOf: (id) => `test:${id}`, now: clock.now })

const id = fc.integer({ min: 1, max: 3 })
const stored = fc.record({ at: fc.integer({ min: 1, max: 5 }), value: fc.integer({ min: 0, max: 2 }) })
const step = fc.oneof(
  fc.record({ do: fc.constant('begin' as const) }),
  fc.record({
    do: fc.constant('fill' as const),
    pick: fc.nat(9),
    id,
    value: fc.oneof(stored, fc.constant({ at: null, value: null })),
  }),
  fc.record({ do: fc.constant('offer' as const), id, value: stored, isNew: fc.boolean() }),
  fc.record({ do: fc.constant('drop' as const), id }),
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop all' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
)

test('scripts in Redis do what the rules say', { skip }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await server.command('FLUSHALL')
      const [there, here] = [copies('one'), createCopiesInMemory(order, clock.now)]
      const begun: { there: Awaited<ReturnType<typeof there.read>>; here: ReturnType<typeof here.read> }[] = []
      for (const one of steps) {
        if (one.do === 'begin') begun.push({ there: await there.read([]), here: here.read([]) })
        else if (one.do === 'fill') {
          const began = begun[one.pick % begun.length]
          if (!began?.there) continue
          const values = [{ id: one.id, value: one.value, lifeMs }]
          await there.fill(began.there.began, values)
          here.fill(began.here.began, values)
        } else if (one.do === 'offer') {
          const offers = [{ id: one.id, at: one.value.at, value: one.value, isNew: one.isNew }]
          assert.ok(await there.offer(offers))
          here.offer(offers)
        } else if (one.do === 'drop') {
          assert.ok(await there.drop([one.id]))
          here.drop([one.id])
        } else if (one.do === 'drop all') {
          assert.ok(await there.dropAll())
          here.dropAll()
        } else {
          await server.command('FLUSHALL')
          here.flush()
        }
      }
      const found = (await there.read([1, 2, 3]))?.found
      const plain = (map: typeof found) => JSON.stringify([...(map ?? [])].sort(([a], [b]) => a - b))
      assert.equal(plain(found), plain(here.read([1, 2, 3]).found))
    }),
    { numRuns: 150 },
  )
})

test('keys are those that were agreed on, every one expires, and another installation believes none', {
  skip,
}, async () => {
  await server.command('FLUSHALL')
  const [one, other] = [copies('one'), copies('other')]
  const began = (await one.read([]))?.began
  assert.ok(began)
  await one.fill(began, [{ id: 17, value: { at: 1, value: 2 }, lifeMs }])
  assert.equal((await one.read([17]))?.found.get(17)?.value.value, 2)
  const text = String(await server.command('GET', 'test:17'))
  assert.deepEqual(JSON.parse(text).value, { at: 1, value: 2 })
  assert.ok(Number(await server.command('PTTL', 'test:17')) <= lifeMs)
  assert.equal((await other.read([17]))?.found.size, 0)
  await one.drop([17])
  const ttlMs = Number(await server.command('PTTL', 'test:17'))
  assert.ok(ttlMs > 0 && ttlMs <= 60_000, 'a mark goes by itself')
})

test('what decides on rights is not believed where somebody else wrote it', { skip }, async () => {
  await server.command('FLUSHALL')
  const one = copies('one', true)
  const began = (await one.read([]))?.began
  assert.ok(began)
  await one.fill(began, [{ id: 17, value: { at: 1, value: 2 }, lifeMs }])
  assert.equal((await one.read([17]))?.found.get(17)?.value.value, 2)
  const text = String(await server.command('GET', 'test:17'))
  for (const [key, forged] of [
    ['test:17', text.replace('"value":2', '"value":3')],
    ['test:17', text.replace(/"mac":"[^"]*",/, '')],
    ['test:17', text.replace(/"until":\d+/, `"until":${clock.nowMs + 2 * lifeMs}`)],
    ['test:18', text],
  ] as const) {
    assert.ok(key === 'test:18' || forged !== text)
    await server.command('SET', key, forged)
    assert.equal((await one.read([Number(key.slice(5))]))?.found.size, 0, forged)
  }
})
