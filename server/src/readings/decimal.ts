/** Exact powers of ten; `10 ** n` is not promised to be. */
const powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12] as const

export const powerOfTen = (decimals: number): number => powers[decimals] as number

/** Numbers as integers: value i is `integers[i] / 10^decimals`, bit for bit. */
export interface Decimals {
  decimals: number
  integers: Float64Array
}

/** An integer k with k / 10^decimals === value, bit for bit; NaN where there is none below 2^53. */
function integerOf(value: number, power: number): number {
  const integer = Math.round(value * power)
  // -0 is not what 0 / 10^n gives.
  return Number.isSafeInteger(integer) && Object.is((integer + 0) / power, value) ? integer : Number.NaN
}

/**
 * The fewest decimals that hold every value exactly; null where no number of them does. Proved value by value: a
 * reading of 21.4 is 214 tenths because 214 / 10 gives the very same double.
 */
export function toDecimals(values: Float64Array): Decimals | null {
  const integers = new Float64Array(values.length)
  let decimals = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    let integer = integerOf(value, powers[decimals] as number)
    if (Number.isNaN(integer)) {
      do {
        if (++decimals === powers.length) return null
        integer = integerOf(value, powers[decimals] as number)
      } while (Number.isNaN(integer))
      // What went before fits more decimals as well, as long as its integers stay exact: begin again with them.
      i = -1
      continue
    }
    integers[i] = integer
  }
  return { decimals, integers }
}
