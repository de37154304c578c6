import { useLayoutEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { attachGestures } from './chart-gestures.ts'
import { type ChartEvents, chartOptions } from './chart-options.ts'
import { type ChartView, placeOf } from './chart-view.ts'
import classes from './chart.module.css'
import type { Span } from './time-range.ts'

interface ChartProps {
  view: ChartView
  width: number
  height: number
  onCursor: ChartEvents['onCursor']
  onMove: (change: (span: Span) => Span) => void
}

const dataOf = (view: ChartView): uPlot.AlignedData => [
  view.aligned.atMs,
  ...view.aligned.lines.map((line, trace) =>
    view.panel.style === 'states'
      ? line.map((value) => (typeof value === 'number' ? placeOf(view, trace, value) : value))
      : line,
  ),
]

/** Tells uPlot what differs from what it drew last. */
const applyChanges = (plot: uPlot, before: ChartView, now: ChartView) => {
  if (now.aligned !== before.aligned) {
    plot.setData(dataOf(now))
  } else if (now.span !== before.span || now.ranges !== before.ranges) {
    plot.setScale('x', { min: now.span.fromMs, max: now.span.toMs })
  } else if (
    now.colours !== before.colours ||
    now.labels !== before.labels ||
    now.tickText !== before.tickText ||
    now.timeZone !== before.timeZone
  ) {
    plot.redraw(false, true)
  }
}

/** uPlot on a canvas. It is made anew for other sensors or gutters; all else it is told. */
export const Chart = ({ view, width, height, onCursor, onMove }: ChartProps) => {
  const element = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const drawn = useRef(view)
  const latest = useRef({ view, width, height, onCursor, onMove })
  useLayoutEffect(() => {
    latest.current = { view, width, height, onCursor, onMove }
  })

  const { panel, gutters } = view
  useLayoutEffect(() => {
    if (!element.current) return
    const options = chartOptions(panel, gutters, () => latest.current.view, latest.current, {
      onCursor: (cursor) => latest.current.onCursor(cursor),
      onSelect: (fromMs, toMs) => latest.current.onMove(() => ({ fromMs, toMs })),
    })
    const made = new uPlot(options, dataOf(latest.current.view), element.current)
    drawn.current = latest.current.view
    const detach = attachGestures({
      area: made.over,
      instantAt: (left) => made.posToVal(left, 'x'),
      move: (change) => latest.current.onMove(change),
    })
    plot.current = made
    return () => {
      detach()
      made.destroy()
      plot.current = undefined
    }
  }, [panel, gutters])

  useLayoutEffect(() => {
    if (plot.current) applyChanges(plot.current, drawn.current, view)
    drawn.current = view
  }, [view])
  useLayoutEffect(() => {
    if (plot.current?.width !== width || plot.current.height !== height) plot.current?.setSize({ width, height })
  }, [width, height])

  return <div ref={element} className={classes.chart} style={{ height }} />
}
