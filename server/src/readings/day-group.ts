import type { KnownSensor } from '#registry'
import { dateOfDay } from './local-days.ts'
import { isCounter } from './seal.ts'
import type { SensorDay } from './segment-codec.ts'
import type { Columns } from './rollup.ts'

/** A stretch of a run that lies in one day. */
export interface Piece {
  readings: Columns
  /** Where its first reading stands in the body. */
  line: number
  position: number
}

/** Readings of one closed day of a sensor, in the order they came. */
export interface GivenDay extends SensorDay {
  floorId: number
  pieces: Piece[]
  readings: number
}

/** A day by its index, see `local-days.ts`. */
export interface DaySpan {
  index: number
  fromMs: number
  toMs: number
}

/** What is written in one transaction: a tenth of a second of work for the database. */
const most = { days: 64, readings: 131_072 }

/** Sensor-days that are written together. */
export function createDayGroup() {
  const days = new Map<number, GivenDay>()
  let readings = 0
  // A key is below 2^47: ids take 31 bits, days since 1990 fewer than 16.
  const keyOf = (sensorId: number, index: number) => sensorId * 65_536 + index

  return {
    days: () => [...days.values()],
    keys: days as ReadonlyMap<number, unknown>,
    isEmpty: () => days.size === 0,

    /** Whether nothing more should be added: of a day that is in it already more may come. */
    isFullFor: ({ id }: KnownSensor, { index }: DaySpan): boolean =>
      readings >= most.readings || (days.size >= most.days && !days.has(keyOf(id, index))),

    add(sensor: KnownSensor, { index, fromMs, toMs }: DaySpan, piece: Piece): void {
      const key = keyOf(sensor.id, index)
      let day = days.get(key)
      if (!day) {
        const of = { sensorId: sensor.id, day: dateOfDay(index), fromMs, toMs, counter: isCounter(sensor.sensorType) }
        days.set(key, (day = { ...of, floorId: sensor.floorId, pieces: [], readings: 0 }))
      }
      day.pieces.push(piece)
      day.readings += piece.readings.atMs.length
      readings += piece.readings.atMs.length
    },
  }
}
