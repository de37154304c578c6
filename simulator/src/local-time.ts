export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** Wall-clock time of a building. A local day is numbered like a UTC day: days since 1 January 1970. */
export interface LocalInstant {
  day: number
  /** Minutes since local midnight, with fraction. */
  minute: number
  /** 0 is Sunday. */
  weekday: number
}

/** The local midnight at or before an instant; also where the clock was changed in between. */
export const localMidnight = (localTime: (atMs: number) => LocalInstant, atMs: number): number => {
  const { day, minute } = localTime(atMs)
  const near = atMs - minute * minuteMs
  const there = localTime(near)
  return near + (there.day === day ? -there.minute : dayMs / minuteMs - there.minute) * minuteMs
}

interface Stretch {
  fromMs: number
  toMs: number
  offsetMs: number
}

/**
 * Local time of an IANA zone, daylight saving included. `Intl` takes microseconds a call, so the offset is asked at the
 * ends of each UTC day only and a change between them is found by bisection (Temporal is behind a flag in Node 24).
 * Assumes at most one change a UTC day, which holds for every zone of the tz database in use since 1990.
 */
export const createLocalTime = (timezone: string): ((atMs: number) => LocalInstant) => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const askOffsetMs = (atMs: number): number => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(atMs)) part[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - atMs
  }

  const changeMs = (fromMs: number, toMs: number): number => {
    const before = askOffsetMs(fromMs)
    let low = fromMs / minuteMs
    let high = toMs / minuteMs
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (askOffsetMs(middle * minuteMs) === before) low = middle
      else high = middle
    }
    return high * minuteMs
  }

  const stretchesOfDay = new Map<number, Stretch[]>()
  const stretchesOf = (utcDay: number): Stretch[] => {
    const known = stretchesOfDay.get(utcDay)
    if (known !== undefined) return known
    const fromMs = utcDay * dayMs
    const toMs = fromMs + dayMs
    const first = askOffsetMs(fromMs)
    const last = askOffsetMs(toMs)
    const cut = first === last ? toMs : changeMs(fromMs, toMs)
    const stretches = [
      { fromMs, toMs: cut, offsetMs: first },
      { fromMs: cut, toMs, offsetMs: last },
    ]
    stretchesOfDay.set(utcDay, stretches)
    return stretches
  }

  let stretch: Stretch = { fromMs: 0, toMs: 0, offsetMs: 0 }
  return (atMs) => {
    if (atMs < stretch.fromMs || atMs >= stretch.toMs) {
      const stretches = stretchesOf(Math.floor(atMs / dayMs)) as [Stretch, Stretch]
      stretch = atMs < stretches[0].toMs ? stretches[0] : stretches[1]
    }
    const localMs = atMs + stretch.offsetMs
    const day = Math.floor(localMs / dayMs)
    // 1 January 1970 was a Thursday.
    return { day, minute: (localMs - day * dayMs) / minuteMs, weekday: (((day + 4) % 7) + 7) % 7 }
  }
}
