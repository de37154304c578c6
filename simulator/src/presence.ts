import type { BuildingPlan } from './building-plan.ts'
import { createDraws, keyOf, normalOf } from './random.ts'
import { createAttendance, isWorkday, workday } from './schedule.ts'
import type { Zone } from './zone-kinds.ts'

export const minutesPerDay = 1440

/** People in every zone at every minute of one local day: `counts[zone * 1440 + minute]`. */
export type PresenceDay = Uint8Array

type Draw = () => number
/** Notes that someone is in the zone from one minute to another; fractions and minutes outside the day are cut. */
type Stay = (fromMin: number, toMin: number) => void

const pick = (draw: Draw, low: number, high: number): number => low + (high - low) * draw()

/** One member of staff: comes, eats, takes breaks, sits in someone else's meeting, leaves. */
const workOneDay = (draw: Draw, stay: Stay): void => {
  const arrival = normalOf(draw, workday.arrival.mean, workday.arrival.deviation)
  const leaving = Math.max(arrival + 60, normalOf(draw, workday.leaving.mean, workday.leaving.deviation))
  const absences: [from: number, to: number][] = []
  const away = (from: number, lengthMin: number): void => {
    absences.push([from, from + lengthMin])
  }
  if (draw() < workday.lunch.share) {
    away(normalOf(draw, workday.lunch.mean, workday.lunch.deviation), pick(draw, 40, 60))
  }
  for (let i = 0; i < 4; i++) away(pick(draw, arrival + 30, leaving), pick(draw, 5, 16))
  if (draw() < 0.6) away(pick(draw, arrival + 30, leaving - 30), pick(draw, 30, 75))
  absences.sort((a, b) => a[0] - b[0])
  let since = arrival
  for (const [from, to] of absences) {
    if (from >= leaving) break
    if (from > since) stay(since, from)
    since = Math.max(since, to)
  }
  if (since < leaving) stay(since, leaving)
}

/** How likely a free room is taken at the next half hour. */
const bookingChance = (minute: number): number => {
  if (minute >= 12 * 60 && minute < 13 * 60) return 0.08
  return (minute >= 10 * 60 && minute < 12 * 60) || (minute >= 13 * 60 && minute < 16 * 60) ? 0.5 : 0.25
}

/** Meetings are booked in half hours from nine to half past six; people come a little early and late. */
const meetInSlots = (draw: Draw, seats: number, weekday: number, stay: Stay): void => {
  const often = isWorkday(weekday) ? 1 : 0.005
  let minute = 9 * 60
  while (minute < 18 * 60 + 30) {
    if (draw() >= bookingChance(minute) * often) {
      minute += 30
      continue
    }
    const slots = 1 + Math.floor(draw() * 2.6)
    const people = 2 + Math.floor(draw() ** 1.5 * (seats - 1))
    const endMin = minute + slots * 30
    for (let i = 0; i < people; i++) stay(normalOf(draw, minute - 1, 2.5), normalOf(draw, endMin - 2, 3))
    minute = endMin
  }
}

/** [minute of the peak, its deviation, its share]; the rest comes evenly from eight to eight. */
type Peaks = [mean: number, deviation: number, share: number][]
const passing: Peaks = [
  [workday.arrival.mean, 30, 0.26],
  [workday.lunch.mean, 12, 0.16],
  [workday.lunch.mean + 52, 14, 0.16],
  [workday.leaving.mean, 60, 0.22],
]
const meals: Peaks = [
  [8 * 60 + 30, 25, 0.12],
  [12 * 60 + 8, 20, 0.55],
  [15 * 60, 40, 0.15],
]

const visit = (draw: Draw, visits: number, peaks: Peaks, meanStayMin: number, stay: Stay): void => {
  for (let i = 0; i < visits; i++) {
    let which = draw()
    const peak = peaks.find(([, , share]) => {
      which -= share
      return which < 0
    })
    const from = peak ? normalOf(draw, peak[0], peak[1]) : pick(draw, 8 * 60, 20 * 60)
    stay(from, from + Math.max(0.3, -Math.log(1 - draw()) * meanStayMin))
  }
}

/**
 * Draws who is where on a local day. Offices fill person by person, meeting rooms by bookings, corridors, lobby and
 * café by visits, the plant room by a maintenance round on some days.
 */
export const createPresence = (options: {
  seed: number
  plan: BuildingPlan
  zones: Zone[]
}): ((day: number) => PresenceDay) => {
  const { seed, plan, zones } = options
  const attendance = createAttendance(seed)
  const staffOfFloor = plan.floors.map((_, floor) =>
    zones.reduce((sum, zone) => sum + (zone.floor === floor && zone.kind === 'office' ? zone.seats : 0), 0),
  )
  const staff = staffOfFloor.reduce((sum, count) => sum + count, 0)

  const drawZone = (zone: Zone, day: number, weekday: number, stay: Stay): void => {
    const draw = createDraws(keyOf(seed, 310, zone.index, day))
    const coming = attendance(zone.floor, day, weekday)
    const visits = (perPerson: number, people: number): number => Math.round(people * coming * perPerson + 2 * draw())
    switch (zone.kind) {
      case 'office':
        for (let i = 0; i < zone.seats; i++) if (draw() < coming) workOneDay(draw, stay)
        break
      case 'meeting room':
        meetInSlots(draw, zone.seats, weekday, stay)
        break
      case 'security':
        // Two guards in three shifts; one is on his round for a while.
        for (let hour = 0; hour < 24; hour += 2) {
          stay(hour * 60, hour * 60 + 120)
          stay(hour * 60, hour * 60 + pick(draw, 60, 120))
        }
        break
      case 'café':
        visit(draw, visits(0.55, staff), meals, 22, stay)
        break
      case 'lobby':
        visit(draw, visits(2.2, staff), passing, 2.5, stay)
        break
      case 'corridor':
        visit(draw, visits(9, Math.max(15, staffOfFloor[zone.floor] as number)), passing, 0.7, stay)
        break
      case 'plant':
        if (isWorkday(weekday) && draw() < 0.3) visit(draw, 2, [], 25, stay)
    }
  }

  const changes = new Int16Array(minutesPerDay + 1)
  const stay: Stay = (fromMin, toMin) => {
    const from = Math.max(0, Math.min(minutesPerDay, Math.round(fromMin)))
    const to = Math.max(0, Math.min(minutesPerDay, Math.ceil(toMin)))
    if (to <= from) return
    changes[from] = (changes[from] as number) + 1
    changes[to] = (changes[to] as number) - 1
  }

  return (day) => {
    const weekday = (((day + 4) % 7) + 7) % 7
    const counts = new Uint8Array(zones.length * minutesPerDay)
    for (const zone of zones) {
      changes.fill(0)
      drawZone(zone, day, weekday, stay)
      let people = 0
      for (let minute = 0; minute < minutesPerDay; minute++) {
        people += changes[minute] as number
        counts[zone.index * minutesPerDay + minute] = Math.min(255, people)
      }
    }
    return counts
  }
}
