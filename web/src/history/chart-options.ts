import uPlot from 'uplot'
import { type ChartView, laneSplits, scaleKey } from './chart-view.ts'
import { drawBefore, drawGround } from './chart-drawing.ts'
import { createLayer } from './chart-layer.ts'
import { syncKey } from './key-cursor.ts'
import type { Gutters, Panel } from './panels.ts'
import { timeTicks } from './time-ticks.ts'

const font = '12px "Inter Variable", "Noto Sans JP Variable", system-ui, sans-serif'
/** Times stand closer where there is room for few of them. */
const tickRoom = { time: 84, timeNarrow: 66, narrow: 640, value: 36 }
const timeAxisHeight = 26
// uPlot.Axis.Side.Right: its enums exist in types only.
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const right: uPlot.Axis.Side = 1

const mostTimeTicks = (u: uPlot): number => {
  const width = u.bbox.width / uPlot.pxRatio
  return Math.max(2, Math.floor(width / (width < tickRoom.narrow ? tickRoom.timeNarrow : tickRoom.time)))
}

const timeAxis = (view: () => ChartView): uPlot.Axis => ({
  scale: 'x',
  size: timeAxisHeight,
  gap: 4,
  font,
  stroke: () => view().colours.faint,
  grid: { stroke: () => view().colours.grid, width: 1 },
  ticks: { show: false },
  splits: (u) => {
    const { span, timeZone } = view()
    return timeTicks(span, mostTimeTicks(u), timeZone).map(({ atMs }) => atMs)
  },
  values: (u) => {
    const { span, timeZone, tickText } = view()
    return timeTicks(span, mostTimeTicks(u), timeZone).map(tickText)
  },
})

const valueAxis = (view: () => ChartView, unit: string, index: number, isLanes: boolean, size: number): uPlot.Axis => {
  return {
    scale: scaleKey(unit),
    // The first on the left, the others on the right.
    ...(index > 0 && { side: right }),
    size,
    gap: 6,
    font,
    space: tickRoom.value,
    stroke: () => view().colours.faint,
    grid: { show: index === 0, stroke: () => view().colours.grid, width: 1 },
    ticks: { show: false },
    ...(isLanes && { splits: () => laneSplits(view()) }),
    values: (_, splits, _axis, _space, step) => {
      const { valueText, stateTexts } = view()
      if (isLanes) return splits.map((_split, place) => (place % 2 === 0 ? stateTexts.open : stateTexts.closed))
      return splits.map((split) => valueText(split, step, unit))
    },
  }
}

/** uPlot reads values at the cursor from it; it is drawn in a layer of its own. */
const lineOf = (view: () => ChartView, panel: Panel, index: number): uPlot.Series => {
  const trace = panel.traces[index]
  const colour = () => view().colours.traces[trace?.ink ?? 0] ?? ''
  return { scale: scaleKey(trace?.sensor.unit ?? ''), stroke: colour, paths: () => null, points: { show: false } }
}

interface ChartSize {
  width: number
  height: number
}

export interface ChartEvents {
  /** Where the cursor is: an instant, and pixels from the left of the plot; null when it left. */
  onCursor: (cursor: { atMs: number; left: number } | null) => void
  onSelect: (fromMs: number, toMs: number) => void
}

export const chartOptions = (
  panel: Panel,
  gutters: Gutters,
  view: () => ChartView,
  { width, height }: ChartSize,
  { onCursor, onSelect }: ChartEvents,
): uPlot.Options => {
  const drawLayer = createLayer()
  const ownAxes = (panel.units.length - 1) * gutters.left
  return {
    width,
    height,
    ms: 1,
    legend: { show: false },
    padding: [8, gutters.axes - ownAxes + gutters.labels, 0, 0],
    scales: {
      x: { time: false, range: () => [view().span.fromMs, view().span.toMs] },
      ...Object.fromEntries(
        panel.units.map((unit) => [
          scaleKey(unit),
          {
            range: (): uPlot.Range.MinMax => {
              const { low, high } = view().ranges.get(unit) ?? { low: 0, high: 1 }
              return [low, high]
            },
          },
        ]),
      ),
    },
    axes: [
      timeAxis(view),
      ...panel.units.map((unit, index) => valueAxis(view, unit, index, panel.style === 'states', gutters.left)),
    ],
    series: [{}, ...panel.traces.map((_, index) => lineOf(view, panel, index))],
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 6 },
      points: { show: panel.style === 'lines', size: 7, width: 0 },
      sync: {
        key: syncKey,
        setSeries: false,
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
      // Shift and drag moves the view; a double click zooms out. Both are gestures.ts'.
      bind: {
        mousedown: (_, __, handler) => (event) => (event.shiftKey ? null : handler(event)),
        dblclick: () => null,
      },
    },
    hooks: {
      drawClear: [(u) => drawGround(u, view())],
      drawAxes: [(u) => drawLayer(u, view())],
      draw: [(u) => drawBefore(u, view())],
      setCursor: [
        (u) => {
          const left = u.cursor.left ?? -1
          onCursor(left < 0 ? null : { atMs: u.posToVal(left, 'x'), left: left + gutters.left })
        },
      ],
      setSelect: [
        (u) => {
          const { left, width: chosen } = u.select
          if (chosen <= 0) return
          onSelect(u.posToVal(left, 'x'), u.posToVal(left + chosen, 'x'))
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}
