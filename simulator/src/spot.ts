import { relativeHumidityPercent } from './humid-air.ts'
import type { LocalInstant } from './local-time.ts'
import { minutesPerDay, type PresenceDay } from './presence.ts'
import { fanSpeed } from './schedule.ts'
import { type AirDay, knotsPerZone } from './zone-air.ts'
import type { Zone } from './zone-kinds.ts'

/** All there is to know about the building at one second. */
export interface Instant {
  atMs: number
  /** Whole seconds since 1970: the number of the draw. */
  atS: number
  local: LocalInstant
  people: PresenceDay
  air: AirDay
  /** Step of the day's air, and how far on to the next. */
  step: number
  share: number
}

/** What is true at one spot of a room; what a sensor makes of it is `instruments.ts`. */
export interface Spot {
  people(now: Instant): number
  /** Somebody was here within ten minutes: the lights are still on. */
  usedLately(now: Instant): boolean
  /** Speed of the room's fans, 0..1. */
  fan(now: Instant): number
  temperatureC(now: Instant): number
  humidityPercent(now: Instant): number
  /** One of the things the air carries. */
  carried(what: 'co2Ppm' | 'pm25UgM3' | 'tvocPpb', now: Instant): number
  daylightLx(now: Instant): number
}

const lightsStayMin = 10
/** Daylight has about 110 lumen a watt (Littlefair 1985). */
const lumenPerW = 110

const between = (a: number, b: number, share: number): number => a + (b - a) * share

/** `nearness` says how near to the window wall the spot is, 0..1 of the room's depth; 0 in a room without windows. */
export const createSpot = (zone: Zone, nearness: number): Spot => {
  const { facade, character, floor } = zone
  const firstKnot = zone.index * knotsPerZone
  const firstMinute = zone.index * minutesPerDay
  /** Part of the light on the facade that reaches the spot. */
  const daylightFactor = 0.004 + 0.012 * nearness

  const inRoom = (values: Float64Array, { step, share }: Instant): number =>
    between(values[firstKnot + step] as number, values[firstKnot + step + 1] as number, share)
  const sunOnFacadeWM2 = ({ air, step, share }: Instant): number =>
    facade === null
      ? 0
      : between(air.outside[step]?.facadeWM2[facade] ?? 0, air.outside[step + 1]?.facadeWM2[facade] ?? 0, share)
  const people = (now: Instant): number => now.people[firstMinute + Math.floor(now.local.minute)] as number
  const temperatureC = (now: Instant): number => {
    const roomC = inRoom(now.air.temperatureC, now)
    const outdoorC = now.air.outside[now.step]?.temperatureC ?? roomC
    // By the glass the sun is felt, and the cold pane.
    return roomC + nearness * (0.0022 * sunOnFacadeWM2(now) - 0.025 * (roomC - outdoorC))
  }

  return {
    people,
    usedLately: (now) => {
      const minute = Math.floor(now.local.minute)
      const last = now.people.subarray(firstMinute + Math.max(0, minute - lightsStayMin), firstMinute + minute + 1)
      return last.some((count) => count > 0)
    },
    fan: (now) => (character.alwaysOn ? 1 : fanSpeed(now.local, floor)),
    temperatureC,
    humidityPercent: (now) => relativeHumidityPercent(inRoom(now.air.waterGM3, now), temperatureC(now)),
    carried: (what, now) => inRoom(now.air[what], now),
    daylightLx: (now) => daylightFactor * lumenPerW * sunOnFacadeWM2(now),
  }
}
