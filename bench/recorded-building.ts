import { createReadStream } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { sensorKinds, type SensorType } from '@plenum/contract'
import type { ApiSession } from './api-session.ts'
import { registerBuilding } from './measured-building.ts'
import { collectRows, inOrderOfTime, type ReadingRows } from './reading-rows.ts'

/**
 * KETI: 50 rooms of a university office building, nine days of 2013 at one minute (Hong, Gu and Whitehouse, AISTATS
 * 2017). Its licence is not known, so it is not part of the checkout; it is read from beside it where it is there.
 */
const folder = fileURLToPath(new URL('../../shared/data/keti/derived-1min', import.meta.url))
const timezone = 'America/Los_Angeles'
const columns: { column: string; sensorType: SensorType }[] = [
  { column: 'temperature', sensorType: 'temperature' },
  { column: 'humidity', sensorType: 'humidity' },
  { column: 'co2', sensorType: 'co2' },
  { column: 'light', sensorType: 'illuminance' },
  { column: 'pir', sensorType: 'motion' },
]
const header = ['epoch_s', ...columns.flatMap(({ column }) => [column, `${column}_n`])].join(',')

export const hasRecordedBuilding = (): Promise<boolean> =>
  access(folder).then(
    () => true,
    () => false,
  )

/** Registers the rooms and reads what was recorded, as it is. @param shiftMs added to every time */
export async function readRecordedBuilding(api: ApiSession, options: { rooms: number; shiftMs: number }) {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.csv.gz')).sort()
  const rooms = files.slice(0, options.rooms).map((file) => file.slice(0, -'.csv.gz'.length))
  const { sensorIds, keys } = await registerBuilding(api, {
    name: 'KETI',
    timezone,
    gateways: 1,
    sensors: rooms.flatMap((room) =>
      columns.map(({ column, sensorType }) => {
        return { sensor_key: `keti/${room}/${column}`, sensor_type: sensorType, level: Number(room[0]) }
      }),
    ),
  })
  const { add, rows } = collectRows()
  for (const [index, room] of rooms.entries()) {
    const ids = sensorIds.slice(index * columns.length, (index + 1) * columns.length)
    await readRoom(room, (epochS, column, value) => {
      const { min, max } = sensorKinds[(columns[column] as (typeof columns)[number]).sensorType].plausible
      add(ids[column] as number, epochS * 1_000 + options.shiftMs, value, value < min || value > max)
    })
  }
  return { rows: inOrderOfTime(rows()) satisfies ReadingRows, sensors: sensorIds.length, key: keys[0] as string }
}

/** An empty cell is no reading. @throws where the file is not as expected */
async function readRoom(room: string, take: (epochS: number, column: number, value: number) => void): Promise<void> {
  const input = createReadStream(join(folder, `${room}.csv.gz`)).pipe(createGunzip())
  let line = 0
  for await (const text of createInterface({ input })) {
    if (line++ === 0) {
      if (text !== header) throw new Error(`${room}: the header is ${text}`)
      continue
    }
    const cells = text.split(',')
    columns.forEach((_, column) => {
      const cell = cells[1 + 2 * column] as string
      if (cell === '') return
      const [epochS, value] = [Number(cells[0]), Number(cell)]
      if (!Number.isFinite(value) || !Number.isSafeInteger(epochS)) throw new Error(`${room}: line ${line} is ${text}`)
      take(epochS, column, value)
    })
  }
}
