import assert from 'node:assert/strict'
import test from 'node:test'
import type { ImportSummary, Problem, Sensor } from '@plenum/contract'
import { create, createSmallBuilding, startTestServer } from '#test'

const server = await startTestServer()
const { as } = server
const { db } = server.services.database

const columns = 'building,floor,level,zone,sensor_key,name,sensor_type,unit,x,y'
const send = (csv: string | Buffer, query = '') =>
  as('POST', `/api/import/sensors${query}`, csv, { 'content-type': 'text/csv' })
const imported = async (csv: string | Buffer, query = ''): Promise<ImportSummary> => {
  const answer = await send(csv, query)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<ImportSummary>()
}
/** Errors of a refused file, as `line: detail`. */
const refusedLines = async (csv: string): Promise<string[]> => {
  const answer = await send(csv)
  assert.equal(answer.statusCode, 422, answer.body)
  const { code, errors = [] } = answer.json<Problem>()
  assert.equal(code, 'import_refused')
  return errors.map(({ path, detail }) => `${path}: ${detail}`)
}
const everything = async () => ({
  buildings: await db.selectFrom('building').selectAll().orderBy('id').execute(),
  floors: await db.selectFrom('floor').selectAll().orderBy('id').execute(),
  zones: await db.selectFrom('zone').selectAll().orderBy('id').execute(),
  sensors: await db.selectFrom('sensor').selectAll().orderBy('id').execute(),
})
const sensorOf = async (key: string): Promise<Sensor> =>
  (await as('GET', `/api/sensors?sensor_key=${encodeURIComponent(key)}`)).json<{ items: [Sensor] }>().items[0]

test('a file makes what is missing; a dry run says so first and changes nothing; repeating it changes nothing', async () => {
  const csv = `${columns},timezone
本社,3階,3,会議室A,hq/3F/t1,温度 窓側,temperature,,0.25,0.75,Asia/Tokyo
本社,3階,3,,hq/3F/p1,分電盤,power,kW,,,
本社,B1,-1,機械室,hq/B1/w1,水道,water,,0,1,Asia/Tokyo
`
  const before = await everything()
  const expected = {
    rows: 3,
    created: { buildings: 1, floors: 2, zones: 2, sensors: 3 },
    updated: { sensors: 0 },
    unchanged: { sensors: 0 },
    warnings: [],
  }
  assert.deepEqual(await imported(csv, '?dry_run=true'), { dry_run: true, ...expected })
  assert.deepEqual(await everything(), before)

  assert.deepEqual(await imported(csv), { dry_run: false, ...expected })
  const { id, floor_id, building_id, zone_id, created_at, updated_at, ...sensor } = await sensorOf('hq/3F/t1')
  assert.ok(id && zone_id && created_at && updated_at)
  assert.deepEqual(sensor, {
    sensor_key: 'hq/3F/t1',
    name: '温度 窓側',
    sensor_type: 'temperature',
    unit: 'degC',
    gateway_id: null,
    position: { x: 0.25, y: 0.75 },
    interval_s: 60,
    status: 'active',
    rollover_value: null,
  })
  assert.equal((await as('GET', `/api/buildings/${building_id}`)).json().timezone, 'Asia/Tokyo')
  assert.equal((await as('GET', `/api/floors/${floor_id}`)).json().level, 3)
  assert.equal((await sensorOf('hq/3F/p1')).unit, 'kW')

  const after = await everything()
  const nothing = { buildings: 0, floors: 0, zones: 0, sensors: 0 }
  assert.deepEqual(await imported(csv), { dry_run: false, ...expected, created: nothing, unchanged: { sensors: 3 } })
  assert.deepEqual(await everything(), after)
})

test('BOM, CRLF, quoted cells and empty lines are what spreadsheets write', async () => {
  const csv = `\ufeff"Building","Floor","Level","Sensor_Key","Name","Sensor_Type"\r\n\r\n"Tower ""A"", east",1F,1,"a,b"," said ""hi"" ",co2\r\n`
  const { created, warnings } = await imported(csv)
  assert.deepEqual(created, { buildings: 1, floors: 1, zones: 0, sensors: 1 })
  assert.match(warnings.join(), /Tower "A", east.*UTC/)
  assert.equal((await sensorOf('a,b')).name, ' said "hi" ', 'what stands in quotes is meant')
})

test('sensors are moved, renamed and cleared by what the file says, and keep what it has no column for', async () => {
  const { key, building, floor, gateway } = await createSmallBuilding(server, 'kept')
  const zone = await create(as, '/api/zones', { floor_id: floor.id, name: 'Z' })
  const { id } = await sensorOf('kept/co2')
  const patch = { zone_id: zone.id, gateway_id: gateway.id, position: { x: 0.5, y: 0.5 }, unit: '%', interval_s: 5 }
  assert.equal((await as('PATCH', `/api/sensors/${id}`, patch)).statusCode, 200)
  const before = await sensorOf('kept/co2')
  const row = (floorName: string, more = '') => `Building ${key},${floorName},3,kept/co2,Renamed,co2${more}`
  const short = 'building,floor,level,sensor_key,name,sensor_type'

  assert.deepEqual((await imported(`${short}\n${row('3F')}\n`)).updated, { sensors: 1 })
  const renamed = await sensorOf('kept/co2')
  assert.deepEqual(renamed, { ...before, name: 'Renamed', updated_at: renamed.updated_at })

  await imported(`${short},zone,unit,x,y\n${row('3F', ',,,,')}\n`)
  const cleared = await sensorOf('kept/co2')
  assert.deepEqual([cleared.zone_id, cleared.unit, cleared.position], [null, 'ppm', null])

  await as('PATCH', `/api/sensors/${id}`, { zone_id: zone.id })
  await imported(`${short}\n${row('4F')}\n`)
  const moved = await sensorOf('kept/co2')
  assert.deepEqual([moved.id, moved.zone_id, moved.gateway_id], [id, null, gateway.id], 'a zone stays on its floor')
  assert.equal(moved.building_id, building.id)

  const { warnings } = await imported(`${short},timezone\nElsewhere,4F,3,kept/co2,Renamed,co2,UTC\n`)
  assert.match(warnings.join(), /no gateway now: 1/)
  const away = await sensorOf('kept/co2')
  assert.deepEqual([away.id, away.gateway_id], [id, null])
  assert.notEqual(away.building_id, building.id)
})

const good = 'Broken,1F,1,,broken/1,One,co2,,,'
const broken: [what: string, line: string, complaint: RegExp][] = [
  ['no building', ',1F,1,,k,N,co2,,,', /^line 3: building is required$/],
  ['no name', 'B,1F,1,,k,,co2,,,', /^line 3: name is required$/],
  ['an unknown kind', 'B,1F,1,,k,N,heat,,,', /^line 3: sensor_type must be one of temperature/],
  ['a kind of every object', 'B,1F,1,,k,N,constructor,,,', /^line 3: sensor_type must be one of/],
  ['a level that is no number', 'B,1F,first,,k,N,co2,,,', /^line 3: level must be integer$/],
  ['half a level', 'B,1F,1.5,,k,N,co2,,,', /^line 3: level must be integer$/],
  ['a level beyond the sky', 'B,1F,1001,,k,N,co2,,,', /^line 3: level must be <= 1000$/],
  ['a place off the plan', 'B,1F,1,,k,N,co2,,1.01,0', /^line 3: x must be <= 1$/],
  ['a place beyond all numbers', 'B,1F,1,,k,N,co2,,1e999,0', /^line 3: x must be <= 1$/],
  ['a level beyond all numbers', 'B,1F,1e999,,k,N,co2,,,', /^line 3: level must be <= 1000$/],
  ['half a place', 'B,1F,1,,k,N,co2,,0.5,', /^line 3: x and y go together$/],
  ['a place that is no number', 'B,1F,1,,k,N,co2,,left,top', /^line 3: [xy] must be number$/],
  ['NaN', 'B,1F,1,,k,N,co2,,NaN,0', /^line 3: x must be number$/],
  ['too few cells', 'B,1F,1,,k,N,co2', /^line 3: has 7 cells, the header has 10$/],
  ['too many cells', 'B,1F,1,,k,N,co2,,,,', /^line 3: has 11 cells, the header has 10$/],
  ['a key that stands twice', 'B,1F,1,,broken/1,N,co2,,,', /^line 3: sensor_key stands on line 2 already$/],
  ['U+0000', 'B,1F,1,,k,a\0b,co2,,,', /^line 3: name must be well-formed text/],
  ['a line break in a name', 'B,1F,1,,k,"a\nb",co2,,,', /^line [34]: name must be well-formed text/],
  ['a long name', `B,1F,1,,k,${'あ'.repeat(201)},co2,,,`, /^line 3: name must NOT have more than 200 characters$/],
  ['a long unit', `B,1F,1,,k,N,co2,${'u'.repeat(21)},,`, /^line 3: unit must NOT have more than 20/],
  ['a level unlike its floor', 'Broken,1F,2,,k,N,co2,,,', /^line 3: floor "1F" has level 1, not 2$/],
  ['an open quote', 'B,1F,1,,k,"N,co2,,,', /^line [34]: Quote Not Closed/],
]
for (const [what, line, complaint] of broken) {
  test(`a file with ${what} is refused as a whole, and the line is named`, async () => {
    const before = await everything()
    const errors = await refusedLines(`${columns}\n${good}\n${line}\n`)
    assert.ok(
      errors.some((error) => complaint.test(error)),
      errors.join('\n'),
    )
    assert.deepEqual(await everything(), before)
  })
}

test('every wrong line is named at once, and a wrong header before all lines', async () => {
  const errors = await refusedLines(`${columns}\n,1F,1,,k1,N,co2,,,\n${good}\nB,1F,x,,k2,N,co2,,,\n`)
  assert.deepEqual(errors, ['line 2: building is required', 'line 4: level must be integer'])
  assert.deepEqual(await refusedLines('building,floor,level,sensor_key,name,color,color\nx\n'), [
    'line 1: the column sensor_type is missing',
    'line 1: the column "color" is not known',
    'line 1: the column "color" is not known',
    'line 1: the column "color" stands there twice',
  ])
  assert.deepEqual(await refusedLines(`${columns}\n`), ['line 1: a header without a sensor'])
  assert.equal((await refusedLines(' \n')).length, 6)
})

test('a time zone that is none, or not that of the building, is refused', async () => {
  const { key } = await createSmallBuilding(server)
  const file = (building: string, ...zones: string[]) =>
    `${columns},timezone\n${zones.map((zone, i) => `${building},3F,3,,tz${i},N,co2,,,,${zone}`).join('\n')}\n`
  assert.match((await refusedLines(file('New', 'CET'))).join(), /^line 2: timezone must be an IANA time zone/)
  assert.match((await refusedLines(file('New', 'US/Pacific-New'))).join(), /^line 2: timezone .* not known/)
  assert.deepEqual(await refusedLines(file('New', 'UTC', 'Asia/Tokyo')), [
    'line 3: building "New" has the time zone UTC, not Asia/Tokyo',
  ])
  assert.match((await refusedLines(file(`Building ${key}`, 'UTC'))).join(), /has the time zone Asia\/Tokyo, not UTC/)
})

test('two buildings of one name are not guessed between', async () => {
  for (let i = 0; i < 2; i++) await create(as, '/api/buildings', { name: 'Twin', timezone: 'UTC' })
  assert.deepEqual(await refusedLines(`${columns}\nTwin,1F,1,,k,N,co2,,,\n`), [
    'line 2: several buildings are named "Twin"; rename one first',
  ])
})

test('a file that is not UTF-8 is refused, not garbled', async () => {
  const shiftJis = Buffer.from([0x93, 0x8c, 0x8b, 0x9e]) // 東京
  const csv = Buffer.concat([Buffer.from(`${columns}\n`), shiftJis, Buffer.from(',1F,1,,k,N,co2,,,\n')])
  const answer = await send(csv)
  assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [422, 'import_refused'])
  assert.match(answer.json<Problem>().detail ?? '', /UTF-8/)
})

test('the same file sent many times at once makes everything once', async () => {
  const csv = `${columns}\n${Array.from({ length: 50 }, (_, i) => `Once,${i % 3}F,${i % 3},Z${i % 7},once/${i},N,co2,,,`).join('\n')}\n`
  const summaries = await Promise.all(Array.from({ length: 5 }, () => imported(csv)))
  assert.equal(
    summaries.reduce((sum, { created }) => sum + created.sensors, 0),
    50,
  )
  const { items } = (await as('GET', '/api/buildings?limit=1000')).json<{ items: { name: string }[] }>()
  assert.equal(items.filter(({ name }) => name === 'Once').length, 1)
})

test('5,000 sensors are imported, and changed, in a few statements', async () => {
  const file = (name: string) =>
    `${columns}\n${Array.from({ length: 5_000 }, (_, i) => `Large,${i % 10}F,${i % 10},Z${i % 50},large/${i},${name} ${i},temperature,,0.5,0.5`).join('\n')}\n`
  const rowsOf = async () => (await db.selectFrom('sensor').select('id').where('name', 'like', 'N2 %').execute()).length
  assert.equal((await imported(file('N'))).created.sensors, 5_000)
  const startedMs = performance.now()
  assert.equal((await imported(file('N2'))).updated.sensors, 5_000)
  assert.equal(await rowsOf(), 5_000)
  assert.ok(performance.now() - startedMs < 10_000)
  assert.equal((await imported(file('N2'))).unchanged.sensors, 5_000)
})

test('a body over 20 MB, of another type or empty is refused', async () => {
  const tooLarge = await send(Buffer.alloc(20 * 1024 * 1024 + 1, 97))
  assert.deepEqual([tooLarge.statusCode, tooLarge.json<Problem>().code], [413, 'body_too_large'])
  const json = await as('POST', '/api/import/sensors', { a: 1 })
  assert.ok([400, 415].includes(json.statusCode), json.body)
  assert.equal((await send('')).statusCode, 422)
  const asBody = await as('POST', '/api/buildings', 'a,b', { 'content-type': 'text/csv' })
  assert.equal(asBody.statusCode, 415, 'only the import takes CSV')
})
