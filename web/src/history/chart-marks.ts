import uPlot from 'uplot'
import type { ChartView } from './chart-view.ts'
import { joinStretches, type MarkKind, seenStretches, type Stretch } from './marked-stretches.ts'

/** In pixels of the page: triangles stand at the foot of the chart, pills in a row above them. */
const triangle = { width: 7, height: 6, above: 2 }
const pill = { height: 6, above: 12, line: 1.25 }

/** Where marks stand on the canvas; what would overlap is one. */
const placesOf = (u: uPlot, view: ChartView, kind: MarkKind, apart: number): Stretch[] => {
  const { left, width } = u.bbox
  const x = (atMs: number) => Math.min(left + width + apart, Math.max(left - apart, u.valToPos(atMs, 'x', true)))
  const seen = seenStretches(view.columns, kind, view.span)
  return joinStretches(
    seen.map(({ from, to }) => ({ from: x(from), to: x(to) })),
    apart,
  )
}

/** Suspect readings: filled triangles, as many as a stretch has room for. */
const drawSuspect = (u: uPlot, view: ChartView) => {
  const width = triangle.width * uPlot.pxRatio
  const foot = u.bbox.top + u.bbox.height - triangle.above * uPlot.pxRatio
  u.ctx.fillStyle = view.colours.suspect
  u.ctx.beginPath()
  for (const { from, to } of placesOf(u, view, 'suspect', width)) {
    for (let x = from; x <= to; x += width) {
      u.ctx.moveTo(x - width / 2, foot)
      u.ctx.lineTo(x + width / 2, foot)
      u.ctx.lineTo(x, foot - triangle.height * uPlot.pxRatio)
    }
  }
  u.ctx.fill()
}

/** Readings that arrived late: a hollow pill as long as they last, a ring where it is one. */
const drawLate = (u: uPlot, view: ChartView) => {
  const height = pill.height * uPlot.pxRatio
  // Whole pixels: its long sides are as crisp as the grid.
  const line = Math.max(1, Math.round(pill.line * uPlot.pxRatio))
  const top = Math.round(u.bbox.top + u.bbox.height - pill.above * uPlot.pxRatio - height) + line / 2
  u.ctx.strokeStyle = view.colours.late
  u.ctx.lineWidth = line
  for (const { from, to } of placesOf(u, view, 'late', height * 1.5)) {
    u.ctx.beginPath()
    u.ctx.roundRect(from - height / 2, top, to - from + height, height, height / 2)
    u.ctx.stroke()
  }
}

/** What is to be known of readings beside their values; the panel's heading says which mark is which. */
export const drawMarks = (u: uPlot, view: ChartView): void => {
  drawSuspect(u, view)
  drawLate(u, view)
}
