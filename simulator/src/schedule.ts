import type { LocalInstant } from './local-time.ts'
import { keyOf, uniformAt } from './random.ts'

/** The working day in minutes since local midnight: mean and deviation of what people do. */
export const workday = {
  arrival: { mean: 8 * 60 + 55, deviation: 28 },
  leaving: { mean: 18 * 60 + 25, deviation: 65 },
  /** Most of Japan eats between twelve and one. */
  lunch: { mean: 12 * 60 + 2, deviation: 9, lengthMin: 50, share: 0.65 },
  fans: { fromMin: 7 * 60 + 15, toMin: 20 * 60 },
}

/** Share of the staff that comes, Sunday to Saturday. */
const attendanceOfWeekday = [0.015, 0.78, 0.84, 0.83, 0.81, 0.74, 0.035]

export const isWorkday = (weekday: number): boolean => weekday >= 1 && weekday <= 5

/** Share of a floor's staff that comes on a day; teams differ from day to day. */
export const createAttendance = (seed: number): ((floor: number, day: number, weekday: number) => number) => {
  const key = keyOf(seed, 300)
  return (floor, day, weekday) =>
    (attendanceOfWeekday[weekday] as number) * (0.9 + 0.2 * uniformAt(keyOf(key, floor), day))
}

/** Logistic curve in place of the normal distribution's: same mean, same deviation. */
const shareBefore = (minute: number, { mean, deviation }: { mean: number; deviation: number }): number =>
  1 / (1 + Math.exp((mean - minute) / (0.5513 * deviation)))

/**
 * Share of those who come that is in at a minute of the day: the expectation of what `presence.ts` draws person by
 * person. The electric and water loads follow it, so their meters can be summed up over years without drawing anyone.
 */
export const expectedPresence = (minute: number): number => {
  const { arrival, leaving, lunch } = workday
  const away = shareBefore(minute, lunch) - shareBefore(minute, { ...lunch, mean: lunch.mean + lunch.lengthMin })
  return (shareBefore(minute, arrival) - shareBefore(minute, leaving)) * (1 - lunch.share * away)
}

/**
 * Speed of the fans, 0..1. They start before people come, floor after floor so that the motors do not start together,
 * and take ten minutes to come up or down.
 */
export const fanSpeed = (local: LocalInstant, floor: number): number => {
  if (!isWorkday(local.weekday)) return 0
  const start = workday.fans.fromMin + 3 * floor
  const stop = workday.fans.toMin + 2 * floor
  return Math.max(0, Math.min(1, (local.minute - start) / 10, (stop - local.minute) / 10))
}
