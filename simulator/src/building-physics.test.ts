import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoBuilding } from './demo-building.ts'
import { createFloorLoads } from './floor-loads.ts'
import { createLocalTime, dayMs, hourMs, type LocalInstant } from './local-time.ts'
import { createMeters, loads } from './meters.ts'
import { createPresence, minutesPerDay, type PresenceDay } from './presence.ts'
import { keepRecent } from './recent.ts'
import { createAttendance, expectedPresence } from './schedule.ts'
import { createWeather, type Weather } from './weather.ts'
import { createAirDay, knotsPerZone, stepsPerDay } from './zone-air.ts'
import { type Zone, zonesOf } from './zone-kinds.ts'

const seed = 3
const plan = demoBuilding()
const zones = zonesOf(plan, seed)
const localTime = createLocalTime('Asia/Tokyo')
const openedDay = Date.UTC(2024, 0, 1) / dayMs
const weather = createWeather({ seed, site: plan.site, localTime, firstDay: openedDay - 30 })
const presence = keepRecent(16, createPresence({ seed, plan, zones }))
const monday = Date.UTC(2026, 1, 2) / dayMs

const zoneNamed = (floor: number, name: string): Zone => zones.find((z) => z.floor === floor && z.name === name) as Zone
const peopleOf = (day: PresenceDay, { index }: Zone): Uint8Array =>
  day.subarray(index * minutesPerDay, (index + 1) * minutesPerDay)
const mean = (values: Iterable<number>): number => {
  const list = [...values]
  return list.reduce((sum, value) => sum + value, 0) / list.length
}

test('an office fills in the morning, thins out at lunch and is empty at night and at the weekend', () => {
  const office = zoneNamed(2, 'South office')
  const day = peopleOf(presence(monday), office)
  assert.ok((day[10 * 60 + 30] as number) > 0.45 * office.seats)
  assert.ok((day[12 * 60 + 30] as number) < 0.7 * (day[10 * 60 + 30] as number))
  assert.equal(day[3 * 60], 0)
  assert.ok(Math.max(...day) <= office.seats)
  assert.ok(mean(peopleOf(presence(monday + 6), office)) < 2)
})

test('a meeting room never holds many more than it seats, and stands empty between meetings', () => {
  const room = zoneNamed(2, 'Meeting room A')
  for (let day = monday; day < monday + 20; day++) {
    const people = peopleOf(presence(day), room)
    // One meeting may still be leaving while the next comes in.
    assert.ok(Math.max(...people) <= 2 * room.seats)
    assert.ok([...people.subarray(9 * 60, 18 * 60)].includes(0))
  }
})

test('what loads expect is what is drawn person by person, but for breaks', () => {
  const office = zoneNamed(4, 'South office')
  const attendance = createAttendance(seed)
  const days = Array.from({ length: 40 }, (_, i) => monday + i).filter(
    (day) => (day + 4) % 7 !== 0 && (day + 4) % 7 !== 6,
  )
  for (const hour of [8.5, 10, 12.5, 15, 18, 20]) {
    const drawn = mean(days.map((day) => peopleOf(presence(day), office)[hour * 60] as number))
    const expected = mean(
      days.map((day) => office.seats * attendance(office.floor, day, (day + 4) % 7) * expectedPresence(hour * 60)),
    )
    assert.ok(Math.abs(drawn - expected) < 0.17 * office.seats, `${hour} h: ${drawn} drawn, ${expected} expected`)
  }
})

test('a meter is the integral of its load, and reads on over midnight without a step', () => {
  const meters = createMeters({
    floors: plan.floors.map((_, floor) => createFloorLoads({ seed, zones, floor })),
    localTime,
    weather,
    openedDay,
  })
  const fromMs = (openedDay + 40) * dayMs - 5 * hourMs
  for (const load of loads) {
    let sum = 0
    for (let s = 0; s < 10 * 3600; s += 10) sum += 10 * meters.loadAt(3, load, fromMs + (s + 5) * 1000)
    const metered = meters.totalAt(3, load, fromMs + 10 * hourMs) - meters.totalAt(3, load, fromMs)
    assert.ok(Math.abs(metered / sum - 1) < 1e-6, `${load}: ${metered} metered, ${sum} summed`)
    const midnightMs = (openedDay + 40) * dayMs
    const step = meters.totalAt(3, load, midnightMs) - meters.totalAt(3, load, midnightMs - 1000)
    assert.ok(step > 0 && Math.abs(step / meters.loadAt(3, load, midnightMs) - 1) < 0.01)
  }
})

test('a floor draws more at work than at night, and more in a hot afternoon than in a mild one', () => {
  const floor = createFloorLoads({ seed, zones, floor: 4 })
  const at = (iso: string, temperatureC?: number) => {
    const atMs = Date.parse(iso)
    const outside = weather(atMs)
    return floor(localTime(atMs), temperatureC === undefined ? outside : { ...outside, temperatureC, waterGM3: 15 })
  }
  const night = at('2026-06-02T03:00:00+09:00')
  const work = at('2026-06-02T15:00:00+09:00')
  assert.ok(night.lightsAndPlugsW > 1000 && work.lightsAndPlugsW > 4 * night.lightsAndPlugsW)
  assert.ok(at('2026-06-02T15:00:00+09:00', 35).airW > 1.15 * at('2026-06-02T15:00:00+09:00', 24).airW)
})

test('CO2 settles where people breathe out as much as the fans carry away', () => {
  const room = zoneNamed(2, 'Meeting room A')
  const always: PresenceDay = new Uint8Array(zones.length * minutesPerDay).fill(8)
  const noon = { day: monday, minute: 720, weekday: 1 } satisfies LocalInstant
  const outside: Weather = { ...weather(monday * dayMs), co2Ppm: 430 }
  const day = createAirDay({ zones, localTime: () => noon, weather: () => outside, presence: () => always })(monday)
  const airM3PerH = room.designAirM3PerH + 0.1 * room.volumeM3
  const expectedPpm = 430 + (8 * 0.0052 * 3.6 * 1e6) / airM3PerH
  const settledPpm = day.co2Ppm[room.index * knotsPerZone + stepsPerDay] as number
  assert.ok(Math.abs(settledPpm - expectedPpm) < 1, `${settledPpm} ppm, ${expectedPpm} expected`)
})

test('a day of air begins where the day before ended, though each is computed by itself', () => {
  const airDay = createAirDay({ zones, localTime, weather, presence })
  for (const first of [monday - 2, monday, monday + 180]) {
    const before = airDay(first)
    const after = airDay(first + 1)
    const step = (of: 'temperatureC' | 'co2Ppm' | 'waterGM3' | 'tvocPpb' | 'pm25UgM3'): number =>
      Math.max(
        ...zones.map(({ index }) =>
          Math.abs(
            (before[of][index * knotsPerZone + stepsPerDay] as number) - (after[of][index * knotsPerZone] as number),
          ),
        ),
      )
    assert.ok(step('temperatureC') < 0.1, `temperature ${step('temperatureC')}`)
    assert.ok(step('co2Ppm') < 1 && step('waterGM3') < 0.1 && step('tvocPpb') < 2 && step('pm25UgM3') < 0.1)
  }
})
