import { bySystem } from '#audit'
import { randomBytes } from 'node:crypto'
import { type ReadingRun, sensorKinds, type SensorType } from '@plenum/contract'
import { createSimulation, demoBuilding } from '@plenum/simulator'
import { create, loadRuns, send, startTestServer } from '#test'

/**
 * What docs/sql.md and the Grafana dashboard are tried on: three floors of the demo building with weeks of sealed days,
 * today as rows, and late, replaced and suspect readings, a gap and a new meter in between. Beside it, the same as plain
 * lists. Tokyo has no summer time; a meter in New York has the day of 25 hours.
 */

export interface Known {
  atMs: number
  value: number
  suspect: boolean
  late: boolean
}

export interface TowerSensor {
  id: number
  key: string
  name: string
  type: SensorType
  unit: string
  zone: string | null
  floor: string
  intervalS: number
  /** In order of time. */
  readings: Known[]
}

export type Tower = Awaited<ReturnType<typeof startTower>>

const tokyo = (local: string): number => Date.parse(`${local}+09:00`)
const minuteMs = 60_000

/** [from, to, seconds between readings]; the 20th has every reading, as its gaps are looked for. */
const spans: [fromMs: number, toMs: number, resolutionS: number][] = [
  [tokyo('2026-09-29T00:00'), tokyo('2026-11-16T00:00'), 900],
  [tokyo('2026-11-16T00:00'), tokyo('2026-11-20T00:00'), 300],
  [tokyo('2026-11-20T00:00'), tokyo('2026-11-21T00:00'), 0],
  [tokyo('2026-11-21T00:00'), tokyo('2026-11-23T00:00'), 300],
]
/** From here on, readings are rows. */
const openFromMs = tokyo('2026-11-23T00:00')

export async function startTower() {
  const server = await startTestServer()
  const { services, as, clock } = server
  const whole = demoBuilding()
  const plan = { ...whole, gateways: whole.gateways.slice(0, 1), floors: whole.floors.slice(0, 3) }
  await services.registry.addBuilding(plan, bySystem('test'))
  const { db } = services.database
  const rows = await db.selectFrom('sensor').select(['id', 'sensor_key']).execute()
  const ids = new Map(rows.map(({ id, sensor_key }) => [sensor_key, id]))
  const sensors = new Map(
    plan.floors.flatMap((floor) =>
      floor.sensors.map((one): [string, TowerSensor] => [
        one.sensor_key,
        {
          id: ids.get(one.sensor_key) as number,
          key: one.sensor_key,
          name: one.name,
          type: one.sensor_type,
          unit: one.unit,
          zone: one.zone,
          floor: floor.name,
          intervalS: one.interval_s,
          readings: [],
        },
      ]),
    ),
  )
  const at = (key: string): TowerSensor => sensors.get(key) as TowerSensor

  const simulation = createSimulation({ plan, seed: 11 })
  for (const [fromMs, toMs, resolutionS] of [...spans, [openFromMs, clock.nowMs, 300] as const]) {
    for (const { sensor_key, atMs, value } of simulation.readings({ fromMs, toMs, resolutionS })) {
      at(sensor_key).readings.push({ atMs, value, suspect: false, late: false })
    }
  }

  const gapFromMs = tokyo('2026-11-20T10:00')
  const broken = at('demo/3F/temp-2')
  broken.readings = broken.readings.filter(({ atMs }) => atMs < gapFromMs || atMs >= gapFromMs + 30 * minuteMs)
  // A new meter, that begins at zero.
  const changedAtMs = tokyo('2026-11-12T12:00')
  const meter = at('demo/2F/energy-1').readings
  const begins = meter.find(({ atMs }) => atMs >= changedAtMs)?.value ?? 0
  for (const reading of meter) if (reading.atMs >= changedAtMs) reading.value -= begins
  // A broken cable, on a day that is sealed so.
  const hot = at('demo/3F/temp-1').readings.find(({ atMs }) => atMs >= tokyo('2026-11-17T12:00')) as Known
  Object.assign(hot, { value: 300, suspect: true })
  const sealed = (one: Known): boolean => one.atMs < openFromMs
  await loadRuns(
    as,
    [...sensors.values()].map(({ id, readings }) => runOf({ id, readings: readings.filter(sealed) })),
  )
  const young = [...sensors.values()].flatMap(({ id, readings }) =>
    readings
      .filter((one) => !sealed(one))
      .map((one) => {
        one.late = clock.nowMs - one.atMs > 10 * minuteMs
        return { sensor_id: id, timestamp: new Date(one.atMs).toISOString(), value: one.value }
      }),
  )
  for (let i = 0; i < young.length; i += 10_000) await send(as, young.slice(i, i + 10_000))

  // Late ones of a sealed day: new, suspect, and one that replaces what is sealed.
  const late = at('demo/3F/temp-1')
  const replaced = late.readings.find(({ atMs }) => atMs >= tokyo('2026-11-18T15:00')) as Known
  const lateOnes: [number, number][] = [
    [tokyo('2026-11-18T12:00:00.500'), 31],
    [tokyo('2026-11-18T12:01:00.500'), 99],
    [replaced.atMs, 17.5],
  ]
  await send(
    as,
    lateOnes.map(([atMs, value]) => ({ sensor_id: late.id, timestamp: new Date(atMs).toISOString(), value })),
  )
  for (const [atMs, value] of lateOnes) {
    late.readings = late.readings.filter((one) => one.atMs !== atMs)
    late.readings.push({ atMs, value, suspect: value > sensorKinds.temperature.plausible.max, late: true })
  }
  late.readings.sort((a, b) => a.atMs - b.atMs)

  const floor = await db.selectFrom('floor').select('id').where('name', '=', '3F').executeTakeFirstOrThrow()
  const spare = { sensor_key: 'demo/3F/spare', name: 'Spare', sensor_type: 'co2' as const }
  const { id } = await create(as, '/api/sensors', { floor_id: floor.id, ...spare })
  sensors.set(spare.sensor_key, {
    id,
    key: spare.sensor_key,
    name: spare.name,
    type: spare.sensor_type,
    unit: sensorKinds.co2.unit,
    zone: null,
    floor: '3F',
    intervalS: 60,
    readings: [],
  })
  return { server, sensors, at, of: (test: (one: TowerSensor) => boolean) => [...sensors.values()].filter(test) }
}

const runOf = ({ id, readings }: Pick<TowerSensor, 'id' | 'readings'>): ReadingRun => ({
  sensor_id: id,
  timestamps: readings.map(({ atMs }) => atMs),
  values: readings.map(({ value }) => value),
})

/** A meter in New York that counts one kWh every half hour, over the end of summer time (1 November 2026). */
export async function addHarbourHouse({ server }: Pick<Tower, 'server'>) {
  const { as } = server
  const building = await create(as, '/api/buildings', { name: 'Harbour House', timezone: 'America/New_York' })
  const floor = await create(as, '/api/floors', { building_id: building.id, name: 'Ground', level: 0 })
  const meter = { sensor_key: randomBytes(4).toString('hex'), name: 'Main', sensor_type: 'energy' }
  const { id } = await create(as, '/api/sensors', { floor_id: floor.id, ...meter })
  const [fromMs, toMs] = [Date.parse('2026-10-30T00:00-04:00'), Date.parse('2026-11-04T00:00-05:00')]
  const readings = Array.from({ length: (toMs - fromMs) / (30 * minuteMs) }, (_, i) => ({
    atMs: fromMs + i * 30 * minuteMs,
    value: 1_000 + i,
    suspect: false,
    late: false,
  }))
  await loadRuns(as, [runOf({ id, readings })])
}
