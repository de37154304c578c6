import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import test, { after, afterEach } from 'node:test'
import { eventually } from '#test'
import { startTestRedis } from '../../test/redis.ts'
import { findRedis } from '../../test/system-packages.ts'
import { openBus } from './bus.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { openRedis } from './redis.ts'

const { skip } = findRedis()
const redis = skip ? ({} as Awaited<ReturnType<typeof startTestRedis>>) : await startTestRedis()

/** A loss is known within seconds; a busy machine may take a moment longer. */
const withinMs = 15_000

function openInstance({ secret = 'of this installation' } = {}) {
  const logged: string[] = []
  const log = createLog('debug', { write: (line) => void logged.push(line) })
  const metrics = createMetrics()
  const commands = openRedis({ url: redis.url, log, metrics })
  const bus = openBus({ redis: { url: redis.url, commands }, secret, log, metrics })
  const heard: unknown[] = []
  const told = new EventEmitter()
  let gaps = 0
  bus.subscribe('words', (message) => {
    heard.push(message)
    told.emit('heard')
  })
  bus.onGap(() => void gaps++)
  const close = async () => {
    await bus.close()
    await commands.close()
  }
  after(close)
  return {
    bus,
    heard,
    told,
    logged,
    close,
    gaps: () => gaps,
    /** Whether it can say something and hear something. */
    isReady: () => bus.state() === 'connected' && commands.status().up,
    figure: async (name: string) => {
      const text = await metrics.text()
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length + 1) ?? 0,
      )
    },
  }
}
type Instance = ReturnType<typeof openInstance>

const ready = (...instances: Instance[]) =>
  eventually(async () => instances.every((each) => each.isReady()), Boolean, withinMs)
const count = (direction: string) => `plenum_bus_messages_total{direction="${direction}"}`

const open: Instance[] = []
const openReady = async (...secrets: { secret?: string }[]): Promise<Instance[]> => {
  const instances = secrets.map((each) => openInstance(each))
  open.push(...instances)
  await ready(...instances)
  return instances
}
afterEach(async () => {
  if (skip) return
  redis.goOn()
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

test('instances hear each other and not themselves, in order, and only what they ask for', { skip }, async () => {
  const [one, two, three] = (await openReady({}, {}, {})) as [Instance, Instance, Instance]
  one.bus.publish('other words', 'for nobody')
  for (let i = 0; i < 100; i++) one.bus.publish('words', { i, text: 'é\n"' })
  two.bus.publish('words', 'from two')
  await eventually(
    async () => three.heard.length,
    (length) => length === 101,
    withinMs,
  )
  await eventually(
    async () => one.heard.length,
    (length) => length === 1,
    withinMs,
  )
  assert.deepEqual(one.heard, ['from two'])
  assert.deepEqual(
    two.heard,
    Array.from({ length: 100 }, (_, i) => ({ i, text: 'é\n"' })),
  )
  assert.deepEqual([await one.figure(count('sent')), await one.figure(count('received'))], [101, 1])
  assert.equal(await two.figure(count('ignored')), 1)
})

test('another installation on the same Redis is not heard, nor whoever else writes there', { skip }, async () => {
  const [ours, too, theirs] = (await openReady({}, {}, { secret: 'another one' })) as [Instance, Instance, Instance]
  theirs.bus.publish('words', 'from elsewhere')
  const channels = (await redis.command('PUBSUB', 'CHANNELS', 'plenum:*')) as string[]
  assert.equal(channels.length, 2)
  for (const channel of channels)
    for (const text of ['', '{}', 'x'.repeat(100), '\u0000'.repeat(64) + '["a",1,"words","forged"]'])
      await redis.command('PUBLISH', channel, text)
  const heard = once(too.told, 'heard')
  ours.bus.publish('words', 'from us')
  await heard
  assert.deepEqual(too.heard, ['from us'])
  assert.equal(await too.figure(count('ignored')), 4)
  assert.equal(await theirs.figure(count('received')), 0)
})

test('what goes wrong in who listens does no harm', { skip }, async () => {
  const [one, two] = (await openReady({}, {})) as [Instance, Instance]
  two.bus.subscribe('words', () => assert.fail('of a listener'))
  two.bus.onGap(() => assert.fail('of a listener'))
  for (const word of ['a', 'b']) one.bus.publish('words', word)
  await eventually(
    async () => two.heard,
    (heard) => heard.length === 2,
    withinMs,
  )
  assert.equal(two.logged.filter((line) => line.includes('could not be followed')).length, 2)
})

test('Redis killed: cut off and told so; started again: back, told so, and heard', { skip }, async () => {
  const [one, two] = (await openReady({}, {})) as [Instance, Instance]
  const before = two.gaps()
  await redis.kill()
  await eventually(
    async () => two.bus.state(),
    (state) => state === 'cut off',
    withinMs,
  )
  assert.ok(two.gaps() > before)
  assert.equal(await two.figure('plenum_bus_connected'), 0)
  await eventually(
    async () => one.isReady(),
    (isReady) => !isReady,
    withinMs,
  )
  one.bus.publish('words', 'to nobody')
  const whileAway = two.gaps()
  await redis.start()
  await ready(one, two)
  assert.ok(two.gaps() > whileAway)
  assert.deepEqual([await two.figure('plenum_bus_connected'), await one.figure(count('unsent'))], [1, 1])
  one.bus.publish('words', 'back')
  await eventually(
    async () => two.heard.at(-1),
    (last) => last === 'back',
    withinMs,
  )
  assert.ok(![one, two].some(({ logged }) => logged.some((line) => line.includes(redis.url))))
})

test('Redis paused: cut off though no connection was closed; back when it goes on', { skip }, async () => {
  const [one, two] = (await openReady({}, {})) as [Instance, Instance]
  const before = two.gaps()
  redis.pause()
  await eventually(
    async () => two.bus.state(),
    (state) => state === 'cut off',
    withinMs,
  )
  assert.ok(two.gaps() > before)
  const whileAway = two.gaps()
  redis.goOn()
  await ready(one, two)
  assert.ok(two.gaps() > whileAway)
  one.bus.publish('words', 'back')
  await eventually(
    async () => two.heard.at(-1),
    (last) => last === 'back',
    withinMs,
  )
})

test('what another instance could not say is noticed, though this one was never cut off', { skip }, async () => {
  const [one, two] = (await openReady({}, {})) as [Instance, Instance]
  one.bus.publish('words', 'heard')
  await eventually(
    async () => two.heard.length,
    (length) => length === 1,
    withinMs,
  )
  const before = two.gaps()
  const clients = String(await redis.command('CLIENT', 'LIST')).split('\n')
  const speaking = clients
    .filter((line) => / name=plenum /.test(line))
    .map((line) => / addr=(\S+)/.exec(line)?.[1] ?? '')
  assert.equal(speaking.length, 2)
  for (const address of speaking) await redis.command('CLIENT', 'KILL', 'ADDR', address)
  await eventually(
    async () => one.isReady(),
    (isReady) => !isReady,
    withinMs,
  )
  one.bus.publish('words', 'lost')
  await eventually(
    async () => two.gaps(),
    (gaps) => gaps > before,
    withinMs,
  )
  assert.equal(two.bus.state(), 'connected')
  assert.deepEqual(two.heard, ['heard'])
})

test('without a Redis there is nobody else, and nothing to do', async () => {
  const metrics = createMetrics()
  const bus = openBus({ redis: null, secret: '', log: createLog('silent'), metrics })
  bus.subscribe('words', () => assert.fail('nobody speaks'))
  bus.onGap(() => assert.fail('nothing is missed'))
  bus.publish('words', 'to nobody')
  assert.equal(bus.state(), 'alone')
  assert.match(await metrics.text(), /^plenum_bus_connected 0$/m)
  await bus.close()
})
