import { addUnits, type CalendarUnit, startOf } from './zoned-time.ts'

/** Half-open, in milliseconds since 1970. */
export interface Span {
  fromMs: number
  toMs: number
}

const hourMs = 3_600_000

/** `unit` and `count`: what the previous and the next range are away. Those that end now follow the time. */
interface PresetRule {
  unit: CalendarUnit | 'hour'
  count: number
  /** `rolling` ends now; `current` is the calendar unit of now until now; `previous` the whole one before it. */
  kind: 'rolling' | 'current' | 'previous'
}

const presetRules = {
  '1h': { unit: 'hour', count: 1, kind: 'rolling' },
  '6h': { unit: 'hour', count: 6, kind: 'rolling' },
  '24h': { unit: 'hour', count: 24, kind: 'rolling' },
  '7d': { unit: 'day', count: 7, kind: 'rolling' },
  '30d': { unit: 'day', count: 30, kind: 'rolling' },
  '12mo': { unit: 'month', count: 12, kind: 'rolling' },
  today: { unit: 'day', count: 1, kind: 'current' },
  yesterday: { unit: 'day', count: 1, kind: 'previous' },
  'this-week': { unit: 'week', count: 1, kind: 'current' },
  'this-month': { unit: 'month', count: 1, kind: 'current' },
  'last-month': { unit: 'month', count: 1, kind: 'previous' },
  'this-year': { unit: 'year', count: 1, kind: 'current' },
} as const satisfies Record<string, PresetRule>

export type Preset = keyof typeof presetRules
export const presets = Object.keys(presetRules) as Preset[]

/** What the address names: a preset by its name, or two instants. */
export type TimeRange = Preset | Span

const ruleOf = (preset: Preset): PresetRule => presetRules[preset]

/** The range ends now and moves on with the time. */
export const isLive = (range: TimeRange): boolean => typeof range === 'string' && ruleOf(range).kind !== 'previous'

const shift = (atMs: number, count: number, unit: PresetRule['unit'], timeZone: string): number =>
  unit === 'hour' ? atMs + count * hourMs : addUnits(atMs, count, unit, timeZone)

/** A unit that has only just begun is shown as a minute, not as nothing. */
const shortestCurrentMs = 60_000

export const spanOf = (range: TimeRange, nowMs: number, timeZone: string): Span => {
  if (typeof range !== 'string') return range
  const { unit, count, kind } = ruleOf(range)
  if (kind === 'rolling' || unit === 'hour') return { fromMs: shift(nowMs, -count, unit, timeZone), toMs: nowMs }
  const start = startOf(unit, nowMs, timeZone)
  if (kind === 'previous') return { fromMs: addUnits(start, -1, unit, timeZone), toMs: start }
  return { fromMs: start, toMs: Math.max(nowMs, start + shortestCurrentMs) }
}

const isStartOf = (unit: CalendarUnit, atMs: number, timeZone: string) => startOf(unit, atMs, timeZone) === atMs

const unitsBetween = ({ fromMs, toMs }: Span, unit: 'day' | 'month'): number =>
  Math.max(1, Math.round((toMs - fromMs) / (unit === 'day' ? 24 * hourMs : 30.44 * 24 * hourMs)))

/** The range before (-1) or after (1) this one: whole days stay whole days, whole months whole months. */
export const stepRange = (range: TimeRange, direction: -1 | 1, nowMs: number, timeZone: string): Span => {
  const { fromMs, toMs } = spanOf(range, nowMs, timeZone)
  if (typeof range === 'string') {
    const { unit, count, kind } = ruleOf(range)
    const start = shift(fromMs, direction * count, unit, timeZone)
    if (kind !== 'rolling') return { fromMs: start, toMs: shift(start, count, unit, timeZone) }
    return { fromMs: start, toMs: shift(toMs, direction * count, unit, timeZone) }
  }
  for (const unit of ['month', 'day'] as const) {
    if (!isStartOf(unit, fromMs, timeZone) || !isStartOf(unit, toMs, timeZone)) continue
    const count = direction * unitsBetween(range, unit)
    return { fromMs: addUnits(fromMs, count, unit, timeZone), toMs: addUnits(toMs, count, unit, timeZone) }
  }
  const width = direction * (toMs - fromMs)
  return { fromMs: fromMs + width, toMs: toMs + width }
}

const shortestMs = 10_000
const longestMs = 20 * 366 * 24 * hourMs
const secondMs = 1_000

/** Whole seconds, neither narrower than ten of them nor wider than twenty years, not beyond now. */
export const limitSpan = ({ fromMs, toMs }: Span, nowMs: number): Span => {
  const width = Math.min(longestMs, Math.max(shortestMs, toMs - fromMs))
  const middle = (fromMs + toMs) / 2
  const end = Math.min(Math.ceil(nowMs / secondMs) * secondMs, Math.round((middle + width / 2) / secondMs) * secondMs)
  return { fromMs: end - Math.round(width / secondMs) * secondMs, toMs: end }
}

/** `factor` below 1 shows less; what is at `atMs` stays where it is. */
export const zoomSpan = ({ fromMs, toMs }: Span, factor: number, atMs = (fromMs + toMs) / 2): Span => ({
  fromMs: atMs - (atMs - fromMs) * factor,
  toMs: atMs + (toMs - atMs) * factor,
})

/** `share` of the width to the later side. */
export const panSpan = ({ fromMs, toMs }: Span, share: number): Span => {
  const moved = (toMs - fromMs) * share
  return { fromMs: fromMs + moved, toMs: toMs + moved }
}

const liveTick = { parts: 720, shortestMs: 10_000, longestMs: 300_000 }

/** How often a live range moves on: a pixel or two at a time. */
export const liveTickMs = (range: TimeRange): number => {
  const { fromMs, toMs } = spanOf(range, Date.UTC(2026, 0, 15, 12), 'UTC')
  return Math.min(liveTick.longestMs, Math.max(liveTick.shortestMs, (toMs - fromMs) / liveTick.parts))
}
