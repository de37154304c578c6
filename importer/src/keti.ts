import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { sensorKinds } from '@plenum/contract'
import { ketiColumns, ketiHeader, readRoomBlocks, readRoomHeader } from './keti-room-file.ts'
import type { PlannedFloor, PlannedZone, RecordedFormat } from './recorded-building.ts'
import { type RoomCell, roomGrid } from './room-grid.ts'

/**
 * KETI: 50 rooms of one university office building, a week at one minute, one gzipped CSV a room (Hong, Gu and
 * Whitehouse, AISTATS 2017). The floor is the first digit of the room; the file's name is the room's.
 */
const folder = 'derived-1min'
const roomFile = /^(\d[\dA-Z]*)\.csv\.gz$/
const expected = `a folder ${folder} of files <room>.csv.gz with the header ${ketiHeader}`

export const ketiFormat: RecordedFormat = {
  name: 'keti',
  async open(dir) {
    const files = await readdir(join(dir, folder)).catch(() => undefined)
    if (!files) return { missing: `expected ${expected}; there is no folder ${folder}` }
    const rooms = files
      .flatMap((file) => roomFile.exec(file)?.[1] ?? [])
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    if (!rooms[0]) return { missing: `expected ${expected}; ${folder} holds no such file` }
    const pathOf = (room: string) => join(dir, folder, `${room}.csv.gz`)
    const header = await readRoomHeader(pathOf(rooms[0]))
    if (header !== ketiHeader) return { missing: `expected ${expected}; ${rooms[0]}.csv.gz begins with ${header}` }
    return {
      plan: {
        building: { name: 'KETI office building', timezone: 'America/Los_Angeles' },
        gateway: 'KETI importer',
        floors: planFloors(rooms),
      },
      parts: rooms.map((room) => ({
        name: room,
        blocks: (range) => readRoomBlocks(pathOf(room), (column) => sensorKey(room, column), range),
      })),
    }
  },
}

const sensorKey = (room: string, column: string) => `keti/${room}/${column}`

function planFloors(rooms: string[]): PlannedFloor[] {
  const byLevel = Map.groupBy(rooms, (room) => Number(room[0]))
  return [...byLevel].map(([level, onFloor]) => {
    const cells = roomGrid(onFloor.length)
    return { name: `${level}F`, level, zones: onFloor.map((room, index) => planRoom(room, cells[index] as RoomCell)) }
  })
}

const planRoom = (room: string, cell: RoomCell): PlannedZone => ({
  name: `Room ${room}`,
  kind: 'office',
  outline: cell.outline,
  sensors: ketiColumns.map(({ column, sensorType, label, within }) => ({
    sensor_key: sensorKey(room, column),
    name: `Room ${room} ${label}`,
    sensor_type: sensorType,
    unit: sensorKinds[sensorType].unit,
    position: cell.place(within),
    interval_s: 60,
  })),
})
