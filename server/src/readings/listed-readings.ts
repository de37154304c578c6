import { type Declared, rose } from './declarations.ts'
import { type Figures, hourMs } from './rollup.ts'
import type { Rollups } from './stored-readings.ts'

/** What is stored recomputed from a plain list, slowly and in plain sight. For tests. */

export interface Known {
  value: number
  /** 1: suspect. */
  quality: number
  late: boolean
}

/** A bucket by itself. */
interface Rollup extends Figures {
  sensorId: number
  atMs: number
  share: number
}

/** By sensor and instant. */
export type List = Map<number, Map<number, Known>>

/** From the list, every figure by itself. */
export function expectedRollups(
  list: List,
  meter: number,
  declared: Declared,
  starts: number[],
  unit: 'hour' | 'day',
): Rollup[] {
  const rollups: Rollup[] = []
  for (const [sensorId, known] of list) {
    const all = [...known].sort(([a], [b]) => a - b).map(([atMs, one]) => ({ atMs, ...one }))
    const good = all.filter(({ quality }) => quality === 0)
    const bucketOf = (atMs: number): number => {
      const start = starts.findLast((ms) => ms <= atMs) as number
      return unit === 'day' ? start : start + Math.floor((atMs - start) / hourMs) * hourMs
    }
    for (const [atMs, inside] of Map.groupBy(all, (one) => bucketOf(one.atMs))) {
      const mine = inside.filter(({ quality }) => quality === 0).map(({ value }) => value)
      let increase = 0
      good.forEach((one, i) => {
        const before = good[i - 1]
        if (before && bucketOf(one.atMs) === atMs) increase += rose(before, one, declared)
      })
      const some = (number: number) => (mine.length > 0 ? number : Number.NaN)
      rollups.push({
        sensorId,
        atMs,
        count: mine.length,
        suspect: inside.length - mine.length,
        min: some(Math.min(...mine)),
        max: some(Math.max(...mine)),
        sum: some(mine.reduce((sum, value) => sum + value, 0)),
        first: unit === 'day' ? (mine[0] ?? Number.NaN) : Number.NaN,
        last: unit === 'day' ? (mine.at(-1) ?? Number.NaN) : Number.NaN,
        increase: sensorId === meter ? increase : Number.NaN,
        share: Number.NaN,
      })
    }
  }
  return rollups.sort((a, b) => a.atMs - b.atMs || a.sensorId - b.sensorId)
}

const noEnds = { first: Number.NaN, last: Number.NaN }

/** Buckets one by one; of columns, which don't tell first and last readings. */
export const listed = ({ sensorId, ...columns }: Rollups): Rollup[] =>
  sensorId.map((id, i) => {
    const of = (column: keyof typeof columns) => columns[column][i] as number
    const figures = { count: of('count'), suspect: of('suspect'), min: of('min'), max: of('max'), sum: of('sum') }
    return { sensorId: id, atMs: of('atMs'), ...figures, ...noEnds, increase: of('increase'), share: of('share') }
  })

export const withoutEnds = (rollups: Rollup[]): Rollup[] => rollups.map((one) => ({ ...one, ...noEnds }))

/** Sums are rounded once or at every step: equal to twelve digits. */
export const rounded = (rollups: Rollup[]) =>
  rollups.map((one) => ({ ...one, sum: Number(one.sum.toPrecision(12)), increase: Number(one.increase.toFixed(9)) }))

export const fromView = (row: Record<string, number | null | Date>, unit: 'hour' | 'day'): Rollup => {
  const number = (name: string) => (row[name] === null || row[name] === undefined ? Number.NaN : Number(row[name]))
  return {
    sensorId: number('sensor_id'),
    atMs: (row['at'] as Date).getTime(),
    count: number('count'),
    suspect: number('suspect'),
    min: number('min'),
    max: number('max'),
    sum: number('sum'),
    first: unit === 'day' ? number('first') : Number.NaN,
    last: unit === 'day' ? number('last') : Number.NaN,
    increase: number('increase'),
    share: Number.NaN,
  }
}
