import type { AlignedLines } from './aligned-data.ts'
import type { ChartColours } from './chart-colours.ts'
import type { Columns } from './columns.ts'
import type { Gutters, Panel } from './panels.ts'
import type { Span } from './time-range.ts'
import type { TimeTick } from './time-ticks.ts'
import type { ValueRange } from './value-range.ts'

/** Everything a chart draws, as of now; the drawing functions read it anew each time. */
export interface ChartView {
  panel: Panel
  /** In the order of the panel's traces. */
  columns: readonly (Columns | undefined)[]
  aligned: AlignedLines
  span: Span
  /** A chart too heavy to draw at every frame is in motion, or waits for finer readings. */
  isMoving: boolean
  /** By unit. */
  ranges: ReadonlyMap<string, ValueRange>
  gutters: Gutters
  colours: ChartColours
  /** Names at the ends of lines; empty where they are not drawn. */
  labels: readonly string[]
  timeZone: string
  tickText: (tick: TimeTick) => string
  valueText: (value: number, step: number, unit: string) => string
  stateTexts: { open: string; closed: string }
}

/** States stand above each other in lanes: open below, closed above. The first sensor is the highest lane. */
const laneShare = 0.55

const laneBase = ({ panel }: Pick<ChartView, 'panel'>, trace: number): number => panel.traces.length - 1 - trace

/** Where a value stands on its axis: of states, within the sensor's lane. */
export const placeOf = (view: Pick<ChartView, 'panel'>, trace: number, value: number): number =>
  view.panel.style === 'states' ? laneBase(view, trace) + value * laneShare : value

export const laneSplits = (view: Pick<ChartView, 'panel'>): number[] =>
  view.panel.traces.flatMap((_, trace) => [placeOf(view, trace, 0), placeOf(view, trace, 1)])

export const laneRange = (laneCount: number): ValueRange => ({ low: -0.2, high: laneCount - 1 + laneShare + 0.2 })

export const scaleKey = (unit: string): string => `y ${unit}`
