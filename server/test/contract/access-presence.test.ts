import assert from 'node:assert/strict'
import test, { before } from 'node:test'
import type { BuildingDashboard, FloorDashboard, Problem } from '@plenum/contract'
import { send, startTestServer } from '#test'
import { ask, casesOf } from './access-cases.ts'
import { createScene } from './access-scene.ts'
import { everybody, unknown, type Who } from './access-table.ts'
import type { Things } from './access-things.ts'
import type { Document } from './document.ts'

/** What single sensors of motion and occupancy read, asked for by everybody in every way there is (S1). */
const server = await startTestServer()
const { as, clock, services } = server
const { db } = services.database
const { actors } = await createScene(server)
const reading = casesOf((await as('GET', '/api/openapi.json')).json<Document>()).filter(({ operation }) =>
  operation.startsWith('GET '),
)

const permitted: ReadonlySet<Who> = new Set(['administrator', 'manager', "the manager's key"])
await db.updateTable('person').set({ sees_presence: true }).where('id', '=', actors.manager.userId).execute()
services.auth.keys.forget()

/** Values that are nothing else; sparklines have them with seven digits. */
const values = { motion: 73_331.375, occupancy: 7_337.625 }
const told = [/73331\.3/, /7337\.625/]
const presence = new Map<number, number[]>()
before(async () => {
  for (const { floor, building } of [actors.tenant.home, ...actors.tenant.foreign]) {
    const { id: motion } = await db
      .selectFrom('sensor')
      .select('id')
      .where('floor_id', '=', floor)
      .where('sensor_type', '=', 'motion')
      .executeTakeFirstOrThrow()
    const row = { building_id: building, floor_id: floor, sensor_type: 'occupancy', unit: 'people', name: 'seats' }
    const added = await db
      .insertInto('sensor')
      .values([1, 2].map((n) => ({ ...row, sensor_key: `${floor}/seats ${n}` })))
      .returning('id')
      .execute()
    const occupancy = added.map(({ id }) => id)
    presence.set(floor, [motion, ...occupancy])
    const at = (agoMs: number) => new Date(clock.nowMs - agoMs).toISOString()
    for (const agoMs of [3_600_000, 60_000]) {
      const readings = [
        { sensor_id: motion, timestamp: at(agoMs), value: values.motion },
        ...occupancy.map((sensor_id) => ({ sensor_id, timestamp: at(agoMs), value: values.occupancy })),
      ]
      await send(as, readings)
    }
  }
})

const presenceOf = ({ floor }: Things): number[] => presence.get(floor) ?? []

for (const who of everybody) {
  const { as: asker, home, foreign } = actors[who]

  test(`${who}: ${permitted.has(who) ? 'is shown' : 'is nowhere shown'} what sensors of presence read`, async () => {
    let heard = ''
    const wrong: string[] = []
    for (const things of [home, ...foreign]) {
      for (const sensor of [things.sensor, ...presenceOf(things)]) {
        for (const one of reading) {
          const sent = one.request({ ...things, sensor })
          const answer = await ask(asker, sent)
          const text = answer.rawPayload.toString('latin1')
          // Numbers of Parquet are not text.
          const isFile = String(answer.headers['content-type']).includes('parquet')
          const isTold = told.some((value) => value.test(text))
          if (isTold && !permitted.has(who)) wrong.push(sent.url)
          if (isFile && sensor !== things.sensor && !permitted.has(who)) wrong.push(`${sent.url} is a file`)
          heard += text
        }
      }
    }
    assert.deepEqual(wrong, [])
    if (permitted.has(who)) for (const value of told) assert.match(heard, value)
  })

  if (unknown.includes(who) || who.includes('gateway')) continue
  test(`${who}: a sensor of presence that is asked for by name is ${permitted.has(who) ? 'answered' : 'refused'}, one out of scope is not there`, async () => {
    const named = (things: Things, sensor: number) =>
      reading
        .filter(({ slots, operation }) => slots.includes('sensor') && /history|series|export/.test(operation))
        .map((one) => one.request({ ...things, sensor }))
        .filter(({ url }) => url.includes(String(sensor)))
    for (const sensor of presenceOf(home)) {
      const sent = named(home, sensor)
      assert.ok(sent.length >= 6, sent.map(({ url }) => url).join('\n'))
      for (const one of sent) {
        const answer = await ask(asker, one)
        assert.equal(answer.statusCode, permitted.has(who) ? 200 : 403, `${one.url} ${answer.body.slice(0, 300)}`)
        if (!permitted.has(who)) assert.equal(answer.json<Problem>().code, 'presence_not_allowed')
      }
      assert.equal(
        (await asker('GET', `/api/sensors/${sensor}`)).statusCode,
        200,
        'the registry shows that it is there',
      )
    }
    for (const things of foreign)
      for (const sensor of presenceOf(things))
        for (const one of named(things, sensor)) assert.equal((await ask(asker, one)).statusCode, 404, one.url)
  })

  test(`${who}: a floor and its building count the same sensors`, async () => {
    const floor = (await asker('GET', `/api/dashboard/floor/${home.floor}`)).json<FloorDashboard>()
    const building = (await asker('GET', `/api/dashboard/building/${home.building}`)).json<BuildingDashboard>()
    const row = building.floors.find(({ id }) => id === home.floor)
    assert.ok(row)
    assert.deepEqual([row.sensors, row.withheld], [floor.sensors.length, floor.withheld])
    assert.equal(floor.withheld, permitted.has(who) ? 0 : 3)
    const counts = { ok: 0, stale: 0, silent: 0, disabled: 0 }
    for (const { status } of floor.sensors) counts[status]++
    assert.deepEqual(row.status, counts)
  })
}
