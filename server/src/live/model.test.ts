import assert from 'node:assert/strict'
import test from 'node:test'
import type { BuildingDashboard, BuildingsDashboard, FloorDashboard, LiveReading, SensorType } from '@plenum/contract'
import fc from 'fast-check'
import { administrator, create, createPerson, send, startTestServer } from '#test'
import { cookieOf, type LiveEvent, type LiveReader, readLive } from '../../test/live-stream.ts'

/**
 * Readers come, go and come back in any order while readings, late readings and changes of the registry happen; after
 * each quiet moment what each has put together from its events is what the dashboard answers.
 */
const server = await startTestServer()
const { app, as, clock, services } = server
const kinds: SensorType[] = ['co2', 'motion', 'noise']
const readerCount = 6
const floorCount = 2

const admin = await cookieOf(app, administrator)

type Path = `floor/${number}` | `building/${number}` | 'buildings'
type Body = FloorDashboard | BuildingDashboard | BuildingsDashboard

/** As a client does it. */
function apply(body: Body | null, { event, data }: LiveEvent): Body {
  if (event === 'snapshot') return data as Body
  assert.ok(body, 'a change without what it changes')
  if (event === 'readings') {
    assert.ok('sensors' in body)
    const told = new Map((data as LiveReading[]).map((one) => [one.sensor_id, one]))
    return { ...body, sensors: body.sensors.map((one) => ({ ...one, ...told.get(one.sensor_id) })) }
  }
  if (event === 'buildings') {
    assert.ok('buildings' in body)
    const told = new Map((data as BuildingsDashboard['buildings']).map((one) => [one.id, one]))
    return { ...body, buildings: body.buildings.map((one) => told.get(one.id) ?? one) }
  }
  assert.equal(event, 'floors')
  assert.ok('floors' in body)
  const told = new Map((data as BuildingDashboard['floors']).map((one) => [one.id, one]))
  return { ...body, floors: body.floors.map((one) => told.get(one.id) ?? one) }
}

interface Client {
  path: Path
  headers: Record<string, string>
  reader: LiveReader | null
  body: Body | null
  lastId: string | undefined
}
/** Takes in what has come. */
function catchUp(client: Client, events: readonly LiveEvent[]): void {
  for (const event of events) {
    client.body = apply(client.body, event)
    client.lastId = event.id
  }
}

const reader = fc.nat(readerCount - 1)
const floor = fc.nat(floorCount - 1)
const sensor = fc.nat(kinds.length - 1)
const value = fc.integer({ min: 0, max: 500 })
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('connect' as const), reader, resume: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), reader }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reading' as const),
      floor,
      sensor,
      value,
      agoS: fc.constantFrom(0, 1, 400),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), floor, sensor }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('addFloor' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('beat' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), s: fc.constantFrom(1, 70, 200) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('quiet' as const) }) },
)

let made = 0
async function createWorld() {
  const building = await create(as, '/api/buildings', { name: `model ${++made}`, timezone: 'UTC' })
  const floors: { id: number; sensors: number[] }[] = []
  for (let i = 0; i < floorCount; i++) {
    const { id } = await create(as, '/api/floors', { building_id: building.id, name: `${i}F`, level: i })
    const sensors = await Promise.all(
      kinds.map((sensor_type, n) =>
        create(as, '/api/sensors', { floor_id: id, sensor_key: `${id}/${n}`, name: `s${n}`, sensor_type }),
      ),
    )
    floors.push({ id, sensors: sensors.map((one) => one.id) })
  }
  const person = await createPerson(server, { role: 'viewer', buildings: [building.id] })
  return { building, floors, headers: await cookieOf(app, person) }
}

test('what a reader puts together is what the dashboard says', async (t) => {
  let resumed = 0
  let checked = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const { building, floors, headers } = await createWorld()
      const [first, second] = floors.map(({ id }): Path => `floor/${id}`) as [Path, Path]
      const paths: Path[] = [first, second, `building/${building.id}`, 'buildings', first, 'buildings']
      const clients = Array.from({ length: readerCount }, (_, i): Client => {
        // The last two have other variants: without presence, and of one building only.
        const by = i < readerCount - 2 ? admin : headers
        return { path: paths[i] as Path, headers: by, reader: null, body: null, lastId: undefined }
      })
      const seen = new Map<Client, number>()
      const takeIn = (client: Client): void => {
        if (client.reader === null) return
        const events = client.reader.events()
        catchUp(client, events.slice(seen.get(client) ?? 0))
        seen.set(client, events.length)
      }
      const leave = (client: Client): void => {
        takeIn(client)
        client.reader?.leave()
        client.reader = null
      }
      const quiet = async (): Promise<void> => {
        clock.nowMs += 1_000
        await services.live.beat()
        for (const client of clients) {
          if (client.reader === null) continue
          takeIn(client)
          const url = `/api/dashboard/${client.path}`
          const { body } = await app.inject({ url, headers: client.headers })
          const expected = JSON.parse(body) as Body
          assert.deepEqual({ ...client.body, generated_at: '' }, { ...expected, generated_at: '' }, client.path)
          assert.equal(client.reader.isEnded(), false)
          checked++
        }
      }
      const run = async (one: typeof step extends fc.Arbitrary<infer T> ? T : never): Promise<void> => {
        switch (one.kind) {
          case 'connect': {
            const client = clients[one.reader] as Client
            leave(client)
            const resume = one.resume && client.lastId !== undefined
            const lastId: Record<string, string> = resume ? { 'last-event-id': client.lastId ?? '' } : {}
            if (!resume) client.body = null
            client.reader = await readLive(app, {
              url: `/api/live/${client.path}`,
              headers: { ...client.headers, ...lastId },
            })
            assert.equal(client.reader.status, 200)
            seen.set(client, 0)
            if (resume && client.reader.events()[0]?.event !== 'snapshot') resumed++
            return
          }
          case 'leave':
            return leave(clients[one.reader] as Client)
          case 'reading': {
            const sensor_id = floors[one.floor]?.sensors[one.sensor]
            const timestamp = new Date(clock.nowMs - one.agoS * 1_000).toISOString()
            await send(as, [{ sensor_id, timestamp, value: one.value }])
            return
          }
          case 'rename': {
            const id = floors[one.floor]?.sensors[one.sensor]
            assert.equal((await as('PATCH', `/api/sensors/${id}`, { name: `n${++made}` })).statusCode, 200)
            return
          }
          case 'addFloor':
            await create(as, '/api/floors', { building_id: building.id, name: `new ${++made}`, level: made })
            return
          case 'beat':
            return services.live.beat()
          case 'wait':
            clock.nowMs += one.s * 1_000
            return
          case 'quiet':
            return quiet()
        }
      }
      for (const one of steps) await run(one)
      await quiet()
      for (const client of clients) leave(client)
    }),
    { numRuns: 15 },
  )
  t.diagnostic(`${resumed} resumed, ${checked} compared`)
  assert.ok(resumed > 0 && checked > 15)
})

test('the model would notice: a reader that misses an event differs', async () => {
  const { floors } = await createWorld()
  const [{ id, sensors } = { id: 0, sensors: [] }] = floors
  const client = await readLive(app, { url: `/api/live/floor/${id}`, headers: admin })
  await send(as, [{ sensor_id: sensors[0], timestamp: new Date(clock.nowMs).toISOString(), value: 1 }])
  clock.nowMs += 1_000
  await services.live.beat()
  const { body } = await as('GET', `/api/dashboard/floor/${id}`)
  const told = client.events()[0]?.data as FloorDashboard | undefined
  assert.notDeepEqual(told?.sensors, (JSON.parse(body) as FloorDashboard).sensors)
  client.leave()
})
