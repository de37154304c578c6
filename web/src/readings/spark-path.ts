import type { SensorType } from '@plenum/contract'

/** One value a step from `fromMs`; null where nothing was read. */
export interface SparkSeries {
  fromMs: number
  stepMs: number
  values: readonly (number | null)[]
}

interface Point {
  atMs: number
  value: number
}

/** The lines of one sensor: a gap starts a new run. */
type Run = Point[]

/** Quantities of which zero means "none" are drawn from zero: half the height is half the power. */
export const fromZero: ReadonlySet<SensorType> = new Set(['power', 'motion', 'occupancy', 'air_flow', 'illuminance'])

/** The smallest span worth a full height; without it 0.1 °C of noise would look like a storm. */
export const smallestSpans: Partial<Record<SensorType, number>> = {
  temperature: 2,
  humidity: 10,
  co2: 200,
  pressure: 20,
  noise: 10,
  pm2_5: 10,
  tvoc: 100,
  contact: 1,
}

/**
 * Points in runs without gaps; a step stands at its middle. The newest reading ends the line, because sparklines are a
 * minute old and the number beside them is not.
 */
export const sparkRuns = ({ fromMs, stepMs, values }: SparkSeries, newest: Point | null): Run[] => {
  const runs: Run[] = []
  let open: Run | null = null
  values.forEach((value, step) => {
    const atMs = fromMs + (step + 0.5) * stepMs
    if (value === null || (newest && atMs >= newest.atMs)) {
      open = null
      return
    }
    if (!open) runs.push((open = []))
    open.push({ atMs, value })
  })
  if (!newest || newest.atMs < fromMs) return runs
  const last = runs.at(-1)
  const lastPoint = last?.at(-1)
  if (last && lastPoint && newest.atMs - lastPoint.atMs <= 2 * stepMs) last.push(newest)
  else runs.push([newest])
  return runs
}

/** Lowest and highest value of the drawing, not of the data. */
export const sparkRange = (runs: readonly Run[], sensorType: SensorType): { low: number; high: number } | null => {
  const values = runs.flat().map(({ value }) => value)
  if (values.length === 0) return null
  const zero = fromZero.has(sensorType) ? [0] : []
  const low = Math.min(...values, ...zero)
  const high = Math.max(...values, ...zero)
  const missing = Math.max((smallestSpans[sensorType] ?? 0) - (high - low), high === low ? 1 : 0, 0)
  return zero.length > 0 && low === 0
    ? { low, high: high + missing }
    : { low: low - missing / 2, high: high + missing / 2 }
}

/** Two digits are a hundredth of a pixel. */
const short = (number: number) => String(Math.round(number * 100) / 100)

const runPath = (run: Run, x: (atMs: number) => number, y: (value: number) => number, stepped: boolean) =>
  run
    .map(({ atMs, value }, index) => {
      if (index === 0) return `M${short(x(atMs))} ${short(y(value))}`
      return stepped ? `H${short(x(atMs))}V${short(y(value))}` : `L${short(x(atMs))} ${short(y(value))}`
    })
    .join('') + (run.length === 1 ? 'h0' : '')

export interface SparkBox {
  width: number
  height: number
}

/**
 * The `d` of an SVG path within `box`; empty when there is nothing to draw. A single reading between gaps is a line of
 * no length, which round caps show as a dot.
 */
export const sparkPath = (series: SparkSeries, newest: Point | null, sensorType: SensorType, box: SparkBox): string => {
  const runs = sparkRuns(series, newest)
  const range = sparkRange(runs, sensorType)
  if (!range) return ''
  const endMs = Math.max(series.fromMs + series.values.length * series.stepMs, newest?.atMs ?? 0)
  const x = (atMs: number) => ((atMs - series.fromMs) / (endMs - series.fromMs)) * box.width
  const y = (value: number) => (1 - (value - range.low) / (range.high - range.low)) * box.height
  return runs.map((run) => runPath(run, x, y, sensorType === 'contact')).join('')
}
