import uPlot from 'uplot'
import { drawTrace, type Plane } from './chart-lines.ts'
import type { ChartView } from './chart-view.ts'
import type { Span } from './time-range.ts'

/** What was drawn, to know whether it still fits. */
interface DrawnFor {
  view: ChartView
  width: number
  height: number
}

const isSameSpan = (a: Span, b: Span) => a.fromMs === b.fromMs && a.toMs === b.toMs

/** Another span or other axes of the same lines: then the picture can be stretched. */
const isSameContent = (a: DrawnFor, b: DrawnFor): boolean =>
  a.width === b.width &&
  a.height === b.height &&
  a.view.panel === b.view.panel &&
  a.view.columns === b.view.columns &&
  a.view.colours === b.view.colours

const planeOf = ({ view, width, height }: DrawnFor, index: number): Plane => {
  const { fromMs, toMs } = view.span
  const { low, high } = view.ranges.get(view.panel.traces[index]?.sensor.unit ?? '') ?? { low: 0, high: 1 }
  const perMs = width / (toMs - fromMs)
  const perValue = height / (high - low)
  return {
    x: (atMs) => (atMs - fromMs) * perMs,
    y: (value) => (high - value) * perValue,
    ratio: uPlot.pxRatio,
  }
}

/**
 * Lines, bands and bars on a canvas of their own. A hundred thousand points take a tenth of a second and more to draw,
 * so while a heavy chart moves its last picture is moved and stretched, and drawn anew when it comes to rest.
 */
export const createLayer = () => {
  const canvas = document.createElement('canvas')
  let drawn: DrawnFor | null = null

  const draw = (wanted: DrawnFor) => {
    canvas.width = wanted.width
    canvas.height = wanted.height
    const ctx = canvas.getContext('2d')
    if (!ctx) return
    wanted.view.panel.traces.forEach((_, index) => drawTrace(ctx, wanted.view, planeOf(wanted, index), index))
    drawn = wanted
  }

  /** The part of the picture that lies in the span now shown, where it lies now. */
  const stretch = (u: uPlot, picture: DrawnFor, { fromMs, toMs }: Span) => {
    const old = picture.view.span
    const from = Math.max(old.fromMs, fromMs)
    const to = Math.min(old.toMs, toMs)
    if (from >= to) return
    const { left, top, width, height } = u.bbox
    const source = (atMs: number) => ((atMs - old.fromMs) / (old.toMs - old.fromMs)) * width
    const place = (atMs: number) => left + ((atMs - fromMs) / (toMs - fromMs)) * width
    const x = place(from)
    // A picture in motion needs no smoothing, which without a graphics card costs most of the frame.
    u.ctx.imageSmoothingEnabled = false
    u.ctx.drawImage(canvas, source(from), 0, source(to) - source(from), height, x, top, place(to) - x, height)
  }

  return (u: uPlot, view: ChartView): void => {
    const { left, top, width, height } = u.bbox
    if (width <= 0 || height <= 0) return
    const wanted = { view, width: Math.round(width), height: Math.round(height) }
    if (drawn && isSameContent(drawn, wanted)) {
      const isSame = isSameSpan(drawn.view.span, view.span) && drawn.view.ranges === view.ranges
      if (!isSame && view.isMoving) return stretch(u, drawn, view.span)
      if (!isSame) draw(wanted)
    } else draw(wanted)
    u.ctx.drawImage(canvas, left, top)
  }
}
