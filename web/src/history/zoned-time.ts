/**
 * Calendar arithmetic in the building's time zone, daylight saving included. Browsers that people still use have no
 * `Temporal`; what is needed of it is this page.
 */
export interface WallTime {
  year: number
  /** 1 to 12 */
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

export type CalendarUnit = 'day' | 'week' | 'month' | 'year'

const secondMs = 1_000
const dayMs = 86_400_000

const formatters = new Map<string, Intl.DateTimeFormat>()

const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(timeZone, made)
  return made
}

/** What clock and calendar of the zone show at an instant. */
export const wallTime = (atMs: number, timeZone: string): WallTime => {
  const wall: WallTime = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  for (const { type, value } of formatterOf(timeZone).formatToParts(atMs)) {
    if (type in wall) wall[type as keyof WallTime] = Number(value)
  }
  return wall
}

const asUtc = ({ year, month, day, hour, minute, second }: WallTime): number =>
  Date.UTC(year, month - 1, day, hour, minute, second)

/** How far the zone's clocks are ahead of UTC. */
export const offsetMs = (atMs: number, timeZone: string): number =>
  asUtc(wallTime(atMs, timeZone)) - Math.floor(atMs / secondMs) * secondMs

/**
 * The instant at which the zone's clocks show `wall`; parts beyond their bounds carry over. Of a time that comes twice
 * it is the first; a time that is skipped is as much later as the clocks jump, so that midnight is the day's beginning.
 */
export const instantOf = (wall: WallTime, timeZone: string): number => {
  const utc = asUtc(wall)
  const before = offsetMs(utc - dayMs, timeZone)
  const after = offsetMs(utc + dayMs, timeZone)
  const valid = [utc - before, utc - after].find((atMs) => atMs + offsetMs(atMs, timeZone) === utc)
  return valid ?? utc - before
}

const midnight = { hour: 0, minute: 0, second: 0 }

/** Weeks begin on Monday (ISO 8601). */
export const startOf = (unit: CalendarUnit, atMs: number, timeZone: string): number => {
  const wall = wallTime(atMs, timeZone)
  const { year, month, day } = wall
  if (unit === 'year') return instantOf({ year, month: 1, day: 1, ...midnight }, timeZone)
  if (unit === 'month') return instantOf({ year, month, day: 1, ...midnight }, timeZone)
  const sinceMonday = unit === 'week' ? (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7 : 0
  return instantOf({ year, month, day: day - sinceMonday, ...midnight }, timeZone)
}

const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** The same time of day `count` units later; the 31st becomes the last day of a shorter month. */
export const addUnits = (atMs: number, count: number, unit: CalendarUnit, timeZone: string): number => {
  const wall = wallTime(atMs, timeZone)
  if (unit === 'day' || unit === 'week') {
    return instantOf({ ...wall, day: wall.day + count * (unit === 'week' ? 7 : 1) }, timeZone)
  }
  const months = wall.year * 12 + wall.month - 1 + count * (unit === 'year' ? 12 : 1)
  const year = Math.floor(months / 12)
  const month = (months % 12) + 1
  return instantOf({ ...wall, year, month, day: Math.min(wall.day, daysInMonth(year, month)) }, timeZone)
}

const pad = (number: number, digits = 2) => String(number).padStart(digits, '0')

/** The value of a `datetime-local` field. */
export const toFieldValue = (atMs: number, timeZone: string): string => {
  const { year, month, day, hour, minute, second } = wallTime(atMs, timeZone)
  const seconds = second === 0 ? '' : `:${pad(second)}`
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}${seconds}`
}

/** Null while the field is not filled in. */
export const fromFieldValue = (value: string, timeZone: string): number | null => {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/.exec(value)
  if (!match) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((text) => Number(text ?? 0))
  return instantOf({ year, month, day, hour, minute, second }, timeZone)
}
