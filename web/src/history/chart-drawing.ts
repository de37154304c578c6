import uPlot from 'uplot'
import { drawMarks } from './chart-marks.ts'
import { type ChartView, placeOf, scaleKey } from './chart-view.ts'
import { visibleColumns } from './columns.ts'
import { comfortBandOf, limitOf } from './comfort.ts'
import { placeLabels } from './label-places.ts'

const labelFont = { size: 12, lineHeight: 16, gap: 8 }

const within = (u: uPlot, draw: () => void) => {
  const { left, top, width, height } = u.bbox
  u.ctx.save()
  u.ctx.beginPath()
  u.ctx.rect(left, top, width, height)
  u.ctx.clip()
  draw()
  u.ctx.restore()
}

const drawComfort = (u: uPlot, { panel, colours }: ChartView) => {
  const { left, width } = u.bbox
  for (const unit of panel.units) {
    const y = (value: number) => u.valToPos(value, scaleKey(unit), true)
    const band = comfortBandOf(panel.kind, unit)
    if (band) {
      u.ctx.fillStyle = colours.comfort
      u.ctx.fillRect(left, y(band.high), width, y(band.low) - y(band.high))
    }
    const limit = limitOf(panel.kind, unit)
    if (!limit) continue
    u.ctx.strokeStyle = colours.faint
    u.ctx.lineWidth = uPlot.pxRatio
    u.ctx.setLineDash([2 * uPlot.pxRatio, 3 * uPlot.pxRatio])
    u.ctx.beginPath()
    u.ctx.moveTo(left, Math.round(y(limit.value)))
    u.ctx.lineTo(left + width, Math.round(y(limit.value)))
    u.ctx.stroke()
    u.ctx.setLineDash([])
  }
}

/** The ground: it lies below the grid. */
export const drawGround = (u: uPlot, view: ChartView): void => within(u, () => drawComfort(u, view))

const shorten = (ctx: CanvasRenderingContext2D, text: string, width: number): string => {
  if (ctx.measureText(text).width <= width) return text
  const letters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
  while (letters.length > 1 && ctx.measureText(`${letters.join('')}…`).width > width) letters.pop()
  return `${letters.join('').trimEnd()}…`
}

/** Height of the line's end: its last visible point. */
const endOf = (u: uPlot, view: ChartView, index: number): number | null => {
  const columns = view.columns[index]
  const key = scaleKey(view.panel.traces[index]?.sensor.unit ?? '')
  if (view.panel.style === 'states') return u.valToPos(placeOf(view, index, 0.5), key, true)
  if (!columns) return null
  const { from, to } = visibleColumns(columns, view.span.fromMs, view.span.toMs)
  for (let place = to - 1; place >= from; place -= 1) {
    const value = columns.mean[place] ?? null
    if (value !== null) return u.valToPos(value, key, true)
  }
  return null
}

/** Names at the ends of the lines, in their colours, instead of a legend. */
const drawLabels = (u: uPlot, view: ChartView) => {
  const { pxRatio } = uPlot
  const ends = view.labels.flatMap((text, index) => {
    const y = endOf(u, view, index)
    return y === null ? [] : [{ text, index, y }]
  })
  const { left, top, width, height } = u.bbox
  const wanted = ends.map(({ y }) => y)
  const places = placeLabels(wanted, labelFont.lineHeight * pxRatio, top, top + height)
  const x = left + width + (view.gutters.axes + labelFont.gap) * pxRatio
  u.ctx.save()
  u.ctx.font = `500 ${labelFont.size * pxRatio}px "Inter Variable", "Noto Sans JP Variable", system-ui, sans-serif`
  u.ctx.textBaseline = 'middle'
  u.ctx.textAlign = 'left'
  ends.forEach(({ text, index }, place) => {
    u.ctx.fillStyle = view.colours.traces[view.panel.traces[index]?.ink ?? 0] ?? ''
    u.ctx.fillText(shorten(u.ctx, text, (view.gutters.labels - 2 * labelFont.gap) * pxRatio), x, places[place] ?? 0)
  })
  u.ctx.restore()
}

/** Before the lines: marks and names. */
export const drawBefore = (u: uPlot, view: ChartView): void => {
  within(u, () => drawMarks(u, view))
  drawLabels(u, view)
}
