import { type DaySteps, type Step, stepsOf } from './counter-steps.ts'
import { powerOfTen, toDecimals } from './decimal.ts'
import { noFigures } from './figure-columns.ts'
import { encodeHeld, heldOf } from './held-state.ts'
import { addHours, hoursIn, plain } from './hour-figures.ts'
import { isGood, lateBit, suspectBit } from './quality.ts'
import { type Columns, countDay, type DayFigures, type Figures } from './rollup.ts'
import { arrayText, doublesOf, integersOf, type SegmentRow } from './segment-row.ts'

/** A day of a sensor: `day` is its date, the span that of the local calendar day. */
export interface SensorDay {
  sensorId: number
  day: string
  fromMs: number
  toMs: number
  counter: boolean
}

const int2Limit = 32_767
const int4Limit = 2_147_483_647

/** Greatest magnitude. */
function reach(numbers: ArrayLike<number>): number {
  let greatest = 0
  for (let i = 0; i < numbers.length; i++) greatest = Math.max(greatest, Math.abs(numbers[i] as number))
  return greatest
}

function differences(numbers: Float64Array, first: number): Float64Array {
  const found = new Float64Array(numbers.length)
  let before = first
  for (let i = 0; i < numbers.length; i++) {
    found[i] = (numbers[i] as number) - before
    before = numbers[i] as number
  }
  return found
}

/** What a day's figures depend on beside its readings. */
export interface KnownOfSensor {
  /** Counters: when their meters were replaced. */
  replacedAtMs?: readonly number[] | undefined
  /** States: the longest that a reading holds. */
  holdMs?: number | undefined
}

/**
 * Pure. The times are a constant step and what each differs from it; the values integers after decimal scaling, as
 * differences, or doubles where no scaling is exact. `decodeReadings` gives back every bit.
 * @param readings at least one, ascending, within the day
 */
export function encodeDay(of: SensorDay, readings: Columns, known: KnownOfSensor = {}): SegmentRow {
  const { replacedAtMs, holdMs } = known
  const { atMs, values, qualities } = readings
  const count = atMs.length
  const lastIndex = count - 1
  const scaled = encodeValues(values)
  const power = scaled ? powerOfTen(scaled.decimals) : 1
  const figures = countDay(scaled ? { ...readings, values: scaled.integers } : readings, of.fromMs, of.toMs)
  const { day } = figures
  return {
    sensor_id: of.sensorId,
    day: of.day,
    from_ms: of.fromMs,
    to_ms: of.toMs,
    count: day.count,
    suspect: day.suspect,
    min: day.min / power,
    max: day.max / power,
    sum: day.sum / power,
    first: day.first / power,
    last: day.last / power,
    increase: of.counter ? day.increase / power : null,
    newest: isGood(qualities[lastIndex]) ? null : (values[lastIndex] as number),
    first_ms: (atMs[0] as number) - of.fromMs,
    last_ms: (atMs[lastIndex] as number) - of.fromMs,
    ...encodeGood(of.counter || holdMs !== undefined ? stepsOf(readings, replacedAtMs) : null, of, atMs),
    held: holdMs === undefined ? null : encodeHeld(heldOf(readings, of.fromMs, of.toMs, holdMs), holdMs),
    ...encodeTimes(atMs),
    decimals: scaled?.decimals ?? null,
    base: scaled?.base ?? null,
    suspect_at: positionsOf(qualities, suspectBit),
    late_at: positionsOf(qualities, lateBit),
    values_int2: scaled && scaled.greatest <= int2Limit ? arrayText(scaled.deltas) : null,
    values_int4: scaled && scaled.greatest > int2Limit ? arrayText(scaled.deltas) : null,
    values_float8: scaled ? null : arrayText(values),
    ...encodeHours(figures.hours, scaled?.base ?? null, power, of.counter),
  }
}

/** Times from the day's start, so that they are short; those of the first and the last reading stand there already. */
function encodeGood(found: DaySteps | null, { fromMs, counter }: SensorDay, atMs: Float64Array) {
  if (found === null) return { first_good_ms: null, last_good_ms: null, steps: null }
  const { firstGoodMs, lastGoodMs, steps } = found
  return {
    first_good_ms: firstGoodMs === atMs[0] ? null : firstGoodMs - fromMs,
    last_good_ms: lastGoodMs === atMs.at(-1) ? null : lastGoodMs - fromMs,
    steps: counter ? encodeSteps(steps, fromMs) : null,
  }
}

export function encodeSteps(steps: readonly Step[], fromMs: number): string | null {
  if (steps.length === 0) return null
  return arrayText(
    steps.flatMap(({ before, after }) => [before.atMs - fromMs, after.atMs - fromMs, before.value, after.value]),
  )
}

function encodeValues(values: Float64Array) {
  const exact = toDecimals(values)
  if (exact === null) return null
  const base = exact.integers[0] as number
  const deltas = differences(exact.integers, base)
  const greatest = reach(deltas)
  return greatest > int4Limit ? null : { ...exact, base, deltas, greatest }
}

/**
 * Positions from 1, as PostgreSQL writes a multirange: a sensor out of order, or a gateway cut off, is so for hours, not
 * now and then. Null where the bit is nowhere set.
 */
function positionsOf(qualities: Uint8Array, bit: number): string | null {
  const ranges: string[] = []
  const isSet = (i: number): boolean => ((qualities[i] as number) & bit) !== 0
  for (let i = 0; i < qualities.length; i++) {
    if (!isSet(i)) continue
    const from = i
    while (i < qualities.length && isSet(i)) i++
    ranges.push(`[${from + 1},${i + 1})`)
  }
  return ranges.length === 0 ? null : `{${ranges.join(',')}}`
}

/** The step is the most usual difference: the middle one. What differs from it is stored in its largest common unit. */
function encodeTimes(atMs: Float64Array): Pick<SegmentRow, 'step_ms' | 'unit_ms' | 'times_int2' | 'times_int4'> {
  const rests = differences(atMs, atMs[0] as number)
  const step = rests.length > 1 ? (rests.slice(1).sort()[(rests.length - 1) >> 1] as number) : 0
  let unit = 0
  for (let i = 1; i < rests.length; i++) {
    const rest = (rests[i] as number) - step
    rests[i] = rest
    if (unit !== 1 && rest !== 0) unit = commonDivisor(unit, Math.abs(rest))
  }
  if (unit === 0) return { step_ms: step, unit_ms: null, times_int2: null, times_int4: null }
  for (let i = 1; i < rests.length; i++) rests[i] = (rests[i] as number) / unit
  const small = reach(rests) <= int2Limit
  const text = arrayText(rests)
  return { step_ms: step, unit_ms: unit, times_int2: small ? text : null, times_int4: small ? null : text }
}

function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b]
  return a
}

/** Figure by figure, so that what is alike stands together. */
function encodeHours(
  hours: Figures[],
  base: number | null,
  power: number,
  counter: boolean,
): Pick<SegmentRow, 'hours_int2' | 'hours_int4' | 'hours_float8'> {
  const column = (of: (hour: Figures) => number) => hours.map((hour) => (hour.count > 0 ? of(hour) : 0))
  const figures = (offset: number, divisor: number) => [
    ...hours.map(({ count }) => count),
    ...hours.map(({ suspect }) => suspect),
    ...column(({ min }) => (min - offset) / divisor),
    ...column(({ max }) => (max - offset) / divisor),
    ...column(({ sum, count }) => (sum - offset * count) / divisor),
    ...(counter ? column(({ increase }) => increase / divisor) : []),
  ]
  const exact = base === null ? null : figures(base, 1)
  const greatest = exact ? reach(exact) : Number.POSITIVE_INFINITY
  if (exact && greatest <= int4Limit && hours.every(({ sum }) => !(Math.abs(sum) > Number.MAX_SAFE_INTEGER))) {
    const small = greatest <= int2Limit
    const text = arrayText(exact)
    return { hours_int2: small ? text : null, hours_int4: small ? null : text, hours_float8: null }
  }
  return { hours_int2: null, hours_int4: null, hours_float8: arrayText(figures(0, power)) }
}

/** What of a segment its readings are in. */
export type PackedReadings = Pick<
  SegmentRow,
  | 'from_ms'
  | 'count'
  | 'suspect'
  | 'first_ms'
  | 'step_ms'
  | 'unit_ms'
  | 'decimals'
  | 'base'
  | 'suspect_at'
  | 'late_at'
  | 'times_int2'
  | 'times_int4'
  | 'values_int2'
  | 'values_int4'
  | 'values_float8'
>

/** The readings of a segment; none where they were dropped. */
export function decodeReadings(row: PackedReadings): Columns {
  const count = row.step_ms === null ? 0 : row.count + row.suspect
  const qualities = new Uint8Array(count)
  setBits(qualities, row.suspect_at, suspectBit)
  setBits(qualities, row.late_at, lateBit)
  return { atMs: decodeTimes(row, count), values: decodeValues(row, count), qualities }
}

function setBits(qualities: Uint8Array, positions: string | null, bit: number): void {
  if (positions === null || qualities.length === 0) return
  for (const [, from, to] of positions.matchAll(/(\d+),(\d+)/g))
    for (let i = Number(from) - 1; i < Number(to) - 1; i++) qualities[i] = (qualities[i] as number) | bit
}

function decodeTimes(row: PackedReadings, count: number): Float64Array {
  const atMs = new Float64Array(count)
  if (count === 0) return atMs
  const step = row.step_ms as number
  const rests = row.times_int2 ?? row.times_int4
  let at = row.from_ms + row.first_ms
  atMs[0] = at
  if (rests === null) {
    for (let i = 1; i < count; i++) atMs[i] = at += step
    return atMs
  }
  const unit = row.unit_ms as number
  const found = integersOf(rests, count)
  for (let i = 1; i < count; i++) atMs[i] = at += step + unit * (found[i] as number)
  return atMs
}

function decodeValues(row: PackedReadings, count: number): Float64Array {
  if (count === 0) return new Float64Array(0)
  if (row.values_float8 !== null) return doublesOf(row.values_float8)
  const values = integersOf((row.values_int2 ?? row.values_int4) as string, count)
  const power = powerOfTen(row.decimals as number)
  let integer = row.base as number
  for (let i = 0; i < count; i++) {
    integer += values[i] as number
    values[i] = integer / power
  }
  return values
}

/** Null where there is no good reading. */
export function decodeSteps(row: SegmentRow): DaySteps | null {
  const { from_ms: fromMs } = row
  if (row.count === 0) return null
  return {
    firstGoodMs: fromMs + (row.first_good_ms ?? row.first_ms),
    lastGoodMs: fromMs + (row.last_good_ms ?? row.last_ms),
    steps: row.steps === null ? [] : stepsFrom(doublesOf(row.steps), fromMs),
  }
}

/** Steps as `encodeSteps` writes them. */
export const stepsFrom = (numbers: Float64Array, fromMs: number): Step[] =>
  Array.from({ length: numbers.length / 4 }, (_, i) => {
    const [earlier, later, before, after] = [...numbers.subarray(4 * i, 4 * i + 4)] as [number, number, number, number]
    return { before: { atMs: fromMs + earlier, value: before }, after: { atMs: fromMs + later, value: after } }
  })

/** The figures that stand in a segment, without a look at its readings. */
export function decodeFigures(row: SegmentRow): DayFigures {
  const { count, suspect, min, max, sum, first, last, increase } = row
  const none = Number.NaN
  const good = count > 0 ? { min, max, sum, first, last } : { min: none, max: none, sum: none, first: none, last: none }
  const day = { count, suspect, ...good, increase: increase ?? none }
  const exact = row.hours_int2 ?? row.hours_int4
  const hours = hoursIn(row.from_ms, row.to_ms)
  const figures = exact ? integersOf(exact, hours * 6) : row.hours_float8 ? doublesOf(row.hours_float8) : null
  if (figures === null) return { day, hours: [] }
  const columns = noFigures()
  const scale = exact ? { base: row.base as number, power: powerOfTen(row.decimals as number) } : plain
  addHours(columns, row.from_ms, hours, figures, scale, increase !== null)
  return {
    day,
    hours: columns.atMs.map((_, hour) => ({
      count: columns.count[hour] as number,
      suspect: columns.suspect[hour] as number,
      min: columns.min[hour] as number,
      max: columns.max[hour] as number,
      sum: columns.sum[hour] as number,
      first: none,
      last: none,
      increase: columns.increase[hour] as number,
    })),
  }
}
