import type { FloorLoads } from './floor-loads.ts'
import { dayMs, type LocalInstant, minuteMs } from './local-time.ts'
import { keepRecent } from './recent.ts'
import type { Weather } from './weather.ts'

const knotMs = 15 * minuteMs
const knotsPerDay = dayMs / knotMs
const knotS = knotMs / 1000

/** What is metered on each floor. */
export const loads = ['lightsAndPlugsW', 'airW', 'waterM3PerS'] as const satisfies (keyof FloorLoads)[]
export type Load = (typeof loads)[number]

export interface Meters {
  /** The load at an instant, in its own unit. */
  loadAt(floor: number, load: Load, atMs: number): number
  /** The load's integral over seconds since the building was opened: joules or cubic metres. */
  totalAt(floor: number, load: Load, atMs: number): number
}

/**
 * Loads are evaluated every quarter of an hour and go straight in between; so their integral is exact at any instant,
 * always summed from the day the building was opened. A counter therefore says the same whoever asks and from where.
 */
export const createMeters = (options: {
  floors: ((local: LocalInstant, weather: Weather) => FloorLoads)[]
  localTime: (atMs: number) => LocalInstant
  weather: (atMs: number) => Weather
  openedDay: number
}): Meters => {
  const { floors, localTime, weather, openedDay } = options
  const channels = floors.length * loads.length
  const width = knotsPerDay + 1

  /** Loads at the knots of a UTC day, and their integral since its start. */
  const day = keepRecent(8, (utcDay) => {
    const at = new Float64Array(channels * width)
    const since = new Float64Array(channels * width)
    for (let k = 0; k < width; k++) {
      const atMs = utcDay * dayMs + k * knotMs
      const local = localTime(atMs)
      const outside = weather(atMs)
      floors.forEach((loadsOf, floor) => {
        const now = loadsOf(local, outside)
        loads.forEach((load, i) => {
          const index = (floor * loads.length + i) * width + k
          at[index] = now[load]
          if (k > 0) {
            const before = at[index - 1] as number
            since[index] = (since[index - 1] as number) + (knotS * (before + now[load])) / 2
          }
        })
      })
    }
    return { at, since }
  })

  const totals: Float64Array[] = [new Float64Array(channels)]
  /** Integral up to the start of a UTC day, summed day by day from the opening, always in the same order. */
  const totalsBefore = (utcDay: number): Float64Array => {
    for (let i = totals.length; i <= utcDay - openedDay; i++) {
      const { since } = day(openedDay + i - 1)
      totals.push(
        (totals[i - 1] as Float64Array).map((sum, channel) => sum + (since[channel * width + width - 1] as number)),
      )
    }
    return totals[utcDay - openedDay] as Float64Array
  }

  const channelOf = (floor: number, load: Load): number => floor * loads.length + loads.indexOf(load)
  const place = (atMs: number): { utcDay: number; knot: number; share: number } => {
    const utcDay = Math.floor(atMs / dayMs)
    const position = (atMs - utcDay * dayMs) / knotMs
    const knot = Math.floor(position)
    return { utcDay, knot, share: position - knot }
  }

  return {
    loadAt: (floor, load, atMs) => {
      const { utcDay, knot, share } = place(atMs)
      const index = channelOf(floor, load) * width + knot
      const { at } = day(utcDay)
      const a = at[index] as number
      return a + ((at[index + 1] as number) - a) * share
    },
    totalAt: (floor, load, atMs) => {
      const { utcDay, knot, share } = place(atMs)
      const channel = channelOf(floor, load)
      const index = channel * width + knot
      const before = totalsBefore(utcDay)
      const { at, since } = day(utcDay)
      const a = at[index] as number
      const b = at[index + 1] as number
      return (before[channel] as number) + (since[index] as number) + knotS * share * (a + ((b - a) * share) / 2)
    },
  }
}
