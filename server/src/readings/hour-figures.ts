import type { FigureColumns } from './figure-columns.ts'
import { hourMs } from './rollup.ts'

/** Of a day; the last hour of a day of 23.5 is half as long. */
export const hoursIn = (fromMs: number, toMs: number): number => Math.ceil((toMs - fromMs) / hourMs)

/** A number of a segment is (`base` + n) / `power`, a sum has the base once for each good reading. */
export interface Scale {
  base: number
  power: number
}
/** Of doubles, which stand as they are. */
export const plain: Scale = { base: 0, power: 1 }

/**
 * Adds the hours of a sealed day to columns.
 * @param numbers figure by figure, as `encodeDay` writes them
 * @param counter whether increases are among them
 */
export function addHours(
  columns: FigureColumns,
  fromMs: number,
  hours: number,
  numbers: Float64Array,
  { base, power }: Scale,
  counter: boolean,
): void {
  const none = Number.NaN
  for (let hour = 0; hour < hours; hour++) {
    const count = numbers[hour] as number
    columns.atMs.push(fromMs + hour * hourMs)
    columns.count.push(count)
    columns.suspect.push(numbers[hours + hour] as number)
    columns.min.push(count > 0 ? (base + (numbers[2 * hours + hour] as number)) / power : none)
    columns.max.push(count > 0 ? (base + (numbers[3 * hours + hour] as number)) / power : none)
    columns.sum.push(count > 0 ? (base * count + (numbers[4 * hours + hour] as number)) / power : none)
    columns.increase.push(counter ? (numbers[5 * hours + hour] as number) / power : none)
    columns.share.push(none)
  }
}
