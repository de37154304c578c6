import { useState } from 'react'
import { laneRange } from './chart-view.ts'
import { type Columns, visibleColumns } from './columns.ts'
import type { Panel } from './panels.ts'
import type { Span } from './time-range.ts'
import { type ValueRange, valueRange } from './value-range.ts'

type List = readonly (Columns | undefined)[]

export const nothing: ValueRange = { low: 0, high: 1 }

/** An axis a unit, over what is seen of its lines. */
const rangesOf = (panel: Panel, columns: List, span: Span): ReadonlyMap<string, ValueRange> =>
  new Map(
    panel.units.map((unit): [string, ValueRange] => {
      if (panel.style === 'states') return [unit, laneRange(panel.traces.length)]
      const own = columns
        .filter((_, index) => panel.traces[index]?.sensor.unit === unit)
        .filter((one) => one !== undefined)
      const range = valueRange(own, span, { kind: panel.kind, unit, isFromZero: panel.style === 'bars' })
      return [unit, range ?? nothing]
    }),
  )

/** So many columns are drawn between two frames, also without a graphics card. */
const heavyColumns = 3_000

export const isHeavy = (columns: List, { fromMs, toMs }: Span): boolean => {
  const seen = columns.map((own) => (own ? visibleColumns(own, fromMs, toMs) : { from: 0, to: 0 }))
  return seen.reduce((sum, { from, to }) => sum + to - from, 0) > heavyColumns
}

/** The axes of a panel by unit. In motion a heavy chart keeps those it has, so that its picture can move along. */
export const useHeldRanges = (
  panel: Panel,
  columns: List,
  span: Span,
  isMoving: boolean,
): ReadonlyMap<string, ValueRange> => {
  const [held, setHeld] = useState(() => ({ panel, columns, span, ranges: rangesOf(panel, columns, span) }))
  const isSame = held.panel === panel && held.columns === columns
  if (isSame && (isMoving || held.span === span)) return held.ranges
  const ranges = rangesOf(panel, columns, span)
  setHeld({ panel, columns, span, ranges })
  return ranges
}
