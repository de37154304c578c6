import { useDebouncedCallback } from '@mantine/hooks'
import { useMemo, useRef, useState } from 'react'
import { serverNow } from '../platform/server-clock.ts'
import { useTicking } from '../platform/ticking.ts'
import { isLive, limitSpan, liveTickMs, type Span, spanOf, type TimeRange } from './time-range.ts'

/** A gesture is over when nothing moved for this long; only then is finer data asked for and the address changed. */
const settleMs = 250
/** Gestures in quick succession are one step for the browser's back button. */
const sameStepMs = 2_000
const restTickMs = 60_000

export interface SpanControl {
  /** What the charts show, also in the middle of a gesture. */
  shown: Span
  /** What the address says: data are asked for this. */
  settled: Span
  nowMs: number
  /** Shows another span at once; it settles by itself. */
  move: (change: (span: Span) => Span) => void
}

/** The visible span: follows the time in live ranges, the fingers during a gesture, and the address otherwise. */
export const useSpan = (
  range: TimeRange,
  timeZone: string,
  onSettle: (span: Span, options: { replace: boolean }) => void,
): SpanControl => {
  const key = typeof range === 'string' ? range : `${range.fromMs}-${range.toMs}`
  const tickMs = isLive(range) ? liveTickMs(range) : restTickMs
  const nowMs = Number(useTicking((now) => String(Math.floor(now / tickMs) * tickMs)))
  // A range of two instants is a new object at every drawing.
  // oxlint-disable-next-line react/exhaustive-deps
  const settled = useMemo(() => spanOf(range, nowMs, timeZone), [key, nowMs, timeZone])

  const [draft, setDraft] = useState<{ span: Span; key: string } | null>(null)
  if (draft && draft.key !== key) setDraft(null)
  const shown = draft?.key === key ? draft.span : settled

  const latest = useRef({ shown, key })
  latest.current = { shown, key }
  const settledAt = useRef(0)
  const settle = useDebouncedCallback((span: Span) => {
    const now = Date.now()
    onSettle(span, { replace: now - settledAt.current < sameStepMs })
    settledAt.current = now
  }, settleMs)

  const move = (change: (span: Span) => Span) => {
    const span = limitSpan(change(latest.current.shown), serverNow())
    latest.current = { ...latest.current, shown: span }
    setDraft({ span, key: latest.current.key })
    settle(span)
  }
  return { shown, settled, nowMs, move }
}
