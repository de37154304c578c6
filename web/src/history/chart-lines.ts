import { type ChartView, placeOf } from './chart-view.ts'
import { type Columns, columnCentre, runsOf, visibleColumns } from './columns.ts'

/** Where instants and values of one line lie on the canvas, and how many of its pixels one of the page is. */
export interface Plane {
  x: (atMs: number) => number
  y: (value: number) => number
  ratio: number
}

const bandAlpha = 0.18
const barAlpha = 0.75
const lineWidth = 1.25
/** Columns nearer to each other than this are drawn upright side by side: paths of thousands of corners take seconds. */
const denseColumn = 1.5
/** Long paths cost more than their parts do. */
const partColumns = 48
const dot = { radius: 2, room: 18 }
/** By how often a colour has come back in a panel; lengths of line and gap by turns. */
const dashes = [[], [5, 3], [1.5, 2.5], [8, 3, 1.5, 3], [12, 4]]

type Context = CanvasRenderingContext2D
interface Run {
  from: number
  to: number
}

/** Finding gaps in thousands of columns is not repeated at every frame of a zoom. */
const knownRuns = new WeakMap<Columns, Run[]>()

/** Runs that are seen, with a column beyond each edge that lines lead to. */
const seenRuns = (columns: Columns, { span }: ChartView): Run[] => {
  const known = knownRuns.get(columns) ?? runsOf(columns)
  knownRuns.set(columns, known)
  const seen = visibleColumns(columns, span.fromMs, span.toMs)
  return known.flatMap((run) => {
    const from = Math.max(run.from, seen.from - 1)
    const to = Math.min(run.to, seen.to + 1)
    return from < to ? [{ from, to }] : []
  })
}

/** Whether a place lies in a gap of the dashes: by the way across, as a line that goes up and down has no length. */
const isDashGap = (dash: readonly number[], across: number): boolean => {
  let rest = across % dash.reduce((sum, length) => sum + length, 0)
  return dash.findIndex((length) => (rest -= length) < 0) % 2 === 1
}

interface Drawn {
  ctx: Context
  plane: Plane
  columns: Columns
  run: Run
  /** Height of a value. */
  at: (value: number | null | undefined) => number
}

/** From the lowest to the highest reading of each column; where columns are narrow, upright strips side by side. */
const drawBand = ({ ctx, plane, columns, run: { from, to }, at }: Drawn, isDense: boolean) => {
  const x = (place: number) => plane.x(columnCentre(columns, place))
  if (isDense) {
    for (let place = from; place < to; place += 1) {
      if (columns.low[place] === columns.high[place]) continue
      const left = Math.round(x(place))
      const top = at(columns.high[place])
      const next = place + 1 < to ? Math.round(x(place + 1)) : left + 1
      ctx.fillRect(left, top, next - left, at(columns.low[place]) - top)
    }
    return
  }
  for (let first = from; first < to - 1; first += partColumns) {
    const end = Math.min(to, first + partColumns + 1)
    // Parts meet between two pixels, where no seam is seen.
    const edge = (place: number) => (place === first || place === end - 1 ? Math.round(x(place)) : x(place))
    ctx.beginPath()
    for (let place = first; place < end; place += 1) ctx.lineTo(edge(place), at(columns.high[place]))
    for (let place = end - 1; place >= first; place -= 1) ctx.lineTo(edge(place), at(columns.low[place]))
    ctx.fill()
  }
}

/** A line so dense that each column is an upright stroke from the value before to its own. */
const drawStrokes = ({ ctx, plane, columns, run: { from, to }, at }: Drawn, dash: readonly number[]) => {
  const thick = Math.max(1, Math.round(lineWidth * plane.ratio))
  const left = (place: number) => Math.round(plane.x(columnCentre(columns, place)) - thick / 2)
  let before = at(columns.mean[from])
  let x = left(from)
  for (let place = from; place < to; place += 1) {
    const y = at(columns.mean[place])
    const next = place + 1 < to ? left(place + 1) : x
    if (dash.length === 0 || !isDashGap(dash, x / plane.ratio))
      ctx.fillRect(x, Math.min(before, y) - thick / 2, Math.max(thick, next - x), Math.abs(y - before) + thick)
    before = y
    x = next
  }
}

const drawLine = ({ ctx, plane, columns, run: { from, to }, at }: Drawn, dash: readonly number[]) => {
  ctx.setLineDash(dash.map((length) => length * plane.ratio))
  const part = dash.length === 0 ? partColumns : to - from
  for (let first = from; first < to - 1; first += part) {
    ctx.beginPath()
    for (let place = first; place < Math.min(to, first + part + 1); place += 1)
      ctx.lineTo(plane.x(columnCentre(columns, place)), at(columns.mean[place]))
    ctx.stroke()
  }
}

/** A state holds through its column's time, and until the next one begins. */
const drawSteps = ({ ctx, plane, columns, run: { from, to }, at }: Drawn, dash: readonly number[]) => {
  ctx.setLineDash(dash.map((length) => length * plane.ratio))
  ctx.beginPath()
  for (let place = from; place < to; place += 1) {
    const end = place + 1 < to ? columns.startMs[place + 1] : columns.endMs[place]
    ctx.lineTo(plane.x(columns.startMs[place] ?? 0), at(columns.mean[place]))
    ctx.lineTo(plane.x(end ?? 0), at(columns.mean[place]))
  }
  ctx.stroke()
}

/** Dots where readings stand far apart, and where one stands alone: nobody would see it otherwise. */
const drawDots = ({ ctx, plane, columns, run: { from, to }, at }: Drawn, isSparse: boolean) => {
  if (!isSparse && to - from > 1) return
  const radius = dot.radius * plane.ratio
  ctx.beginPath()
  for (let place = from; place < to; place += 1) {
    const x = plane.x(columnCentre(columns, place))
    const y = at(columns.mean[place])
    ctx.moveTo(x + radius, y)
    ctx.arc(x, y, radius, 0, 2 * Math.PI)
  }
  ctx.fill()
}

/** Several counters stand side by side in the time they share. */
const drawBars = (ctx: Context, view: ChartView, plane: Plane, columns: Columns, index: number) => {
  const count = view.panel.traces.length
  const { from, to } = visibleColumns(columns, view.span.fromMs, view.span.toMs)
  const zero = plane.y(0)
  ctx.globalAlpha = barAlpha
  for (let place = from; place < to; place += 1) {
    const value = columns.mean[place] ?? null
    if (value === null) continue
    const left = plane.x(columns.startMs[place] ?? 0)
    const slot = (plane.x(columns.endMs[place] ?? 0) - left) / count
    const gap = Math.min(2 * plane.ratio, slot * 0.2)
    const top = plane.y(value)
    ctx.fillRect(left + index * slot + gap / 2, top, Math.max(slot - gap, 0.5), zero - top)
  }
}

const drawLines = (ctx: Context, view: ChartView, plane: Plane, columns: Columns, index: number) => {
  const dash = dashes[view.panel.traces[index]?.dash ?? 0] ?? []
  const at = (value: number | null | undefined) => plane.y(placeOf(view, index, value ?? 0))
  ctx.lineWidth = lineWidth * plane.ratio
  ctx.lineJoin = 'bevel'
  for (const run of seenRuns(columns, view)) {
    const count = run.to - run.from
    const x = (place: number) => plane.x(columnCentre(columns, place))
    const spacing = (x(run.to - 1) - x(run.from)) / Math.max(1, count - 1) / plane.ratio
    const isDense = count > 1 && spacing < denseColumn
    const drawn = { ctx, plane, columns, run, at }
    ctx.globalAlpha = bandAlpha
    drawBand(drawn, isDense)
    ctx.globalAlpha = 1
    if (isDense) drawStrokes(drawn, dash)
    else if (view.panel.style === 'states') drawSteps(drawn, dash)
    else drawLine(drawn, dash)
    if (view.panel.style === 'lines') drawDots(drawn, spacing > dot.room)
  }
}

/** One sensor's bars, or its line with what spreads around it. */
export const drawTrace = (ctx: Context, view: ChartView, plane: Plane, index: number): void => {
  const columns = view.columns[index]
  if (!columns) return
  const colour = view.colours.traces[view.panel.traces[index]?.ink ?? 0] ?? ''
  ctx.save()
  ctx.fillStyle = colour
  ctx.strokeStyle = colour
  const draw = view.panel.style === 'bars' ? drawBars : drawLines
  draw(ctx, view, plane, columns, index)
  ctx.restore()
}
