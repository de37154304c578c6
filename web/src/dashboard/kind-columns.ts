import { type BuildingDashboard, type SensorType, sensorKinds, sensorTypes } from '@plenum/contract'

type BuildingFloor = BuildingDashboard['floors'][number]
export type KindSummary = BuildingFloor['kinds'][number]

/** What somebody who runs a building looks at first; the rest follows in the order of the contract. */
const first: readonly SensorType[] = ['temperature', 'co2', 'humidity', 'power']
const columnCount = 4

/** One quantity side by side for all floors; `low` and `high` are the scale the floors share. */
export interface KindColumn {
  kind: SensorType
  low: number
  high: number
}

const summariesOf = (floors: readonly BuildingFloor[], kind: SensorType): KindSummary[] =>
  floors.flatMap(({ kinds }) => kinds.filter(({ sensor_type }) => sensor_type === kind))

/** Where minimum and maximum are withheld, there is only the average. */
export const rangeOf = ({ min, max, avg }: KindSummary) => ({ low: min ?? avg, high: max ?? avg })

/** Power is measured from zero, so that twice as long is twice as much. */
const scaleOf = (summaries: readonly KindSummary[], kind: SensorType): KindColumn => {
  const low = Math.min(...summaries.map((summary) => rangeOf(summary).low), ...(kind === 'power' ? [0] : []))
  const high = Math.max(...summaries.map((summary) => rangeOf(summary).high))
  return { kind, low, high: high > low ? high : low + 1 }
}

/** Averages say nothing of counters, which only rise, and of open and closed. */
export const kindColumns = (floors: readonly BuildingFloor[]): KindColumn[] => {
  const gauges = sensorTypes.filter((kind) => sensorKinds[kind].behaviour === 'gauge')
  return [...new Set([...first, ...gauges])]
    .map((kind) => ({ kind, summaries: summariesOf(floors, kind) }))
    .filter(({ summaries }) => summaries.length > 0)
    .slice(0, columnCount)
    .map(({ kind, summaries }) => scaleOf(summaries, kind))
}

/** Where a value stands on the column's scale, 0 to 1. */
export const placeOn = ({ low, high }: KindColumn, value: number): number =>
  Math.min(1, Math.max(0, (value - low) / (high - low)))
