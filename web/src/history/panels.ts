import { type Sensor, type SensorType, sensorKinds, sensorTypes, type UnitSystem } from '@plenum/contract'
import { type UnitScale, unitScale } from '../readings/shown-unit.ts'

/** Colours that colour-blind people tell apart are six; where one comes back in a panel, its lines are dashed. */
const inkCount = 6

/** One sensor as it is drawn: the same colour in every panel, chip and table. */
export interface Trace {
  /** Its unit is the one that is shown. */
  sensor: Sensor
  /** From the unit it measures in; null where that is shown. */
  scale: UnitScale | null
  floorName: string
  /** Which of the `--trace-…` colours. */
  ink: number
  /** How often its colour was there before in its panel: 0 is a whole line, others are dashed in their ways. */
  dash: number
}

export type PanelStyle = 'lines' | 'bars' | 'states'

/** One quantity: its sensors over the common time axis, with an axis for each unit. */
export interface Panel {
  kind: SensorType
  style: PanelStyle
  traces: Trace[]
  units: string[]
}

const styles = { gauge: 'lines', counter: 'bars', state: 'states' } as const

export const styleOf = (kind: SensorType): PanelStyle => styles[sensorKinds[kind].behaviour]

export const tracesOf = (
  sensorIds: readonly number[],
  sensors: ReadonlyMap<number, Sensor>,
  floorNames: ReadonlyMap<number, string>,
  units: UnitSystem = 'auto',
): Trace[] => {
  const traces: Trace[] = []
  sensorIds.forEach((id, index) => {
    const measured = sensors.get(id)
    if (!measured) return
    const scale = unitScale(measured.unit, units)
    const sensor = scale === null ? measured : { ...measured, unit: scale.unit }
    const ink = index % inkCount
    const before = traces.filter((one) => one.ink === ink && one.sensor.sensor_type === sensor.sensor_type)
    traces.push({ sensor, scale, floorName: floorNames.get(sensor.floor_id) ?? '', ink, dash: before.length })
  })
  return traces
}

/** In the order of the contract, whatever order the sensors were chosen in: a chart keeps its place. */
export const panelsOf = (traces: readonly Trace[]): Panel[] =>
  sensorTypes.flatMap((kind) => {
    const own = traces.filter(({ sensor }) => sensor.sensor_type === kind)
    if (own.length === 0) return []
    return [{ kind, style: styleOf(kind), traces: own, units: [...new Set(own.map(({ sensor }) => sensor.unit))] }]
  })

/** Panels share one time axis, so all leave the same room beside it. */
export interface Gutters {
  left: number
  /** Of the axes on the right, without labels. */
  axes: number
  labels: number
}

const axisWidth = { narrow: 48, wide: 56 }
const labelWidth = 132
/** Half of the last time on the axis stands there. */
const edgeWidth = 28
/** More lines than this cross so often that a name at their end helps nobody; the cursor and the table name them. */
export const mostDirectLabels = 4

export const hasDirectLabels = ({ style, traces }: Panel): boolean =>
  style === 'lines' && traces.length <= mostDirectLabels

export const guttersOf = (panels: readonly Panel[], isNarrow: boolean): Gutters => {
  const width = isNarrow ? axisWidth.narrow : axisWidth.wide
  const units = Math.max(1, ...panels.map((panel) => panel.units.length))
  const labels = !isNarrow && panels.some((panel) => hasDirectLabels(panel) || panel.style === 'states')
  return { left: width, axes: (units - 1) * width, labels: labels ? labelWidth : edgeWidth }
}

const heights = { lane: 40, statesRoom: 48, lowest: 168, highest: 400, one: 400 }

/** One chart has room; many are lower, so that two or three are seen at once. A wall display gives them what it has. */
export const panelHeight = (panel: Panel, panelCount: number, viewHeight: number): number => {
  if (panel.style === 'states') return heights.statesRoom + panel.traces.length * heights.lane
  const share = (viewHeight - 300) / Math.max(1, panelCount) - 48
  return Math.round(Math.min(Math.max(heights.lowest, share), Math.max(heights.highest, viewHeight * 0.5)))
}
