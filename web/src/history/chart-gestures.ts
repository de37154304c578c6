import { panSpan, type Span, zoomSpan } from './time-range.ts'

interface Plot {
  /** The area of the lines. */
  area: HTMLElement
  instantAt: (left: number) => number
  move: (change: (span: Span) => Span) => void
}

const wheelZoom = 0.002
/** A trackpad's pinch comes as a wheel with small steps. */
const pinchZoom = 0.01
const pinchStep = 40
const lineHeight = 16
export const zoomOutFactor = 3

const leftOf = (area: HTMLElement, clientX: number) => clientX - area.getBoundingClientRect().left

/** With Ctrl it zooms at the pointer, with Shift or sideways it moves; alone it scrolls the page, as everywhere. */
const onWheel = ({ area, instantAt, move }: Plot, event: WheelEvent) => {
  const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? lineHeight : 1
  const x = event.deltaX * scale
  const y = event.deltaY * scale
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault()
    const factor = Math.exp(y * (Math.abs(y) < pinchStep ? pinchZoom : wheelZoom))
    const atMs = instantAt(leftOf(area, event.clientX))
    move((span) => zoomSpan(span, factor, atMs))
  } else if (event.shiftKey || Math.abs(x) > Math.abs(y)) {
    event.preventDefault()
    move((span) => panSpan(span, (Math.abs(x) > Math.abs(y) ? x : y) / area.clientWidth))
  }
}

interface Finger {
  x: number
}

/** Fingers, and the mouse with Shift: one moves, two zoom around their middle. */
const trackPointers = ({ area, instantAt, move }: Plot) => {
  const fingers = new Map<number, Finger>()
  const spread = () => {
    const [a, b] = [...fingers.values()]
    return a && b ? { middle: (a.x + b.x) / 2, distance: Math.max(24, Math.abs(a.x - b.x)) } : null
  }
  const down = (event: PointerEvent) => {
    if (event.pointerType === 'mouse' && !(event.shiftKey && event.button === 0)) return
    if (fingers.size >= 2) return
    fingers.set(event.pointerId, { x: event.clientX })
    if (event.pointerType === 'mouse') area.setPointerCapture(event.pointerId)
  }
  const moved = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId)
    if (!finger) return
    const before = spread()
    const from = finger.x
    finger.x = event.clientX
    const after = spread()
    if (!before || !after) {
      move((span) => panSpan(span, (from - event.clientX) / area.clientWidth))
      return
    }
    const atMs = instantAt(leftOf(area, after.middle))
    const drift = (before.middle - after.middle) / area.clientWidth
    move((span) => panSpan(zoomSpan(span, before.distance / after.distance, atMs), drift))
  }
  const up = (event: PointerEvent) => {
    fingers.delete(event.pointerId)
  }
  return { down, moved, up }
}

/** Zooming and moving by wheel, finger and mouse; answers with what ends it. */
export const attachGestures = (plot: Plot): (() => void) => {
  const { area, instantAt, move } = plot
  const ending = new AbortController()
  const { signal } = ending
  const pointers = trackPointers(plot)
  area.addEventListener('wheel', (event) => onWheel(plot, event), { signal, passive: false })
  area.addEventListener('pointerdown', pointers.down, { signal })
  area.addEventListener('pointermove', pointers.moved, { signal })
  for (const type of ['pointerup', 'pointercancel'] as const) area.addEventListener(type, pointers.up, { signal })
  area.addEventListener(
    'dblclick',
    (event) => {
      const atMs = instantAt(leftOf(area, event.clientX))
      move((span) => zoomSpan(span, zoomOutFactor, atMs))
    },
    { signal },
  )
  return () => ending.abort()
}

const keyPan = 0.15
const keyZoom = 0.6

/** Arrows move, + and - zoom; null for every other key. */
export const keyGesture = (key: string): ((span: Span) => Span) | null => {
  if (key === 'ArrowLeft') return (span) => panSpan(span, -keyPan)
  if (key === 'ArrowRight') return (span) => panSpan(span, keyPan)
  if (key === '+' || key === '=') return (span) => zoomSpan(span, keyZoom)
  if (key === '-') return (span) => zoomSpan(span, 1 / keyZoom)
  return null
}
