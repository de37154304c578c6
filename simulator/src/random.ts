/**
 * Chance as a function: the same key and number always give the same draw, so any instant can be asked for by itself
 * and nothing depends on what was asked before.
 */

/** 32-bit integer mixer `lowbias32` by Chris Wellons (https://nullprogram.com/blog/2018/07/31/). */
const mix = (value: number): number => {
  let x = value
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/** A key of its own for each use of chance: `keyOf(seed, purpose, sensor)`. */
export const keyOf = (...parts: number[]): number => parts.reduce((key, part) => mix((key + mix(part)) | 0), 0x9e3779b9)

/** Thirty-two random bits. */
export const bitsAt = (key: number, n: number): number => mix((key ^ mix(n)) | 0)

/** Uniform in [0, 1). */
export const uniformAt = (key: number, n: number): number => bitsAt(key, n) / 4294967296

/** Nearly normal, mean 0, deviation 1, never beyond ±3.5: the sum of the four bytes of one draw (Irwin-Hall). */
export const normalAt = (key: number, n: number): number => {
  const bits = bitsAt(key, n)
  return ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510) / 147.8
}

/** Number of events when `mean` are expected (Poisson, by inversion of one uniform draw). */
export const poissonAt = (key: number, n: number, mean: number): number => {
  const u = uniformAt(key, n)
  let probability = Math.exp(-mean)
  let sum = probability
  let count = 0
  while (u > sum && count < 200) {
    count += 1
    probability *= mean / count
    sum += probability
  }
  return count
}

/** Smooth noise in -1..1 that wanders on the scale of `period` (value noise with a cubic blend). */
export const wanderAt = (key: number, at: number, period: number): number => {
  const n = Math.floor(at / period)
  const f = at / period - n
  const a = uniformAt(key, n)
  const b = uniformAt(key, n + 1)
  return 2 * (a + (b - a) * f * f * (3 - 2 * f)) - 1
}

/** Draws one after the other from one key. */
export const createDraws = (key: number): (() => number) => {
  let n = 0
  return () => uniformAt(key, n++)
}

/** A normal draw out of a sequence of uniform ones (Box-Muller). */
export const normalOf = (draw: () => number, mean: number, deviation: number): number =>
  mean + deviation * Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())
