const [minus, point, zero] = [45, 46, 48]
/** Decimals that sensors have. */
const powers = [1, 10, 100, 1_000]
/** Fits 32 bits, so that digits come from whole divisions of them. */
const greatest = 2 ** 31 - 1

/**
 * Writes a finite number as JSON has it, character for character as `String` (-0 is 0).
 *
 * A number with few decimals is its digits: where n / 10^d is the very double, n has at most 10 digits and no other
 * decimal of up to 15 digits reads back as the same double, so that one is its shortest form, which is what
 * Number::toString writes (ECMA-262, 6.1.6.1.20).
 * @param bytes with room for 25 characters, as `-0.0000010081831222051892` has
 * @returns where it ends
 */
export function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  for (let decimals = 0; decimals < powers.length; decimals++) {
    const power = powers[decimals] as number
    const integer = Math.round(value * power)
    if (integer > greatest || integer < -greatest) break
    if (integer / power === value) return writeDecimal(bytes, at, integer | 0, decimals)
  }
  const text = String(value)
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
  return at + text.length
}

/** `integer` / 10^`decimals`, of the fewest decimals that it takes. */
function writeDecimal(bytes: Uint8Array, at: number, integer: number, decimals: number): number {
  let rest = integer
  if (integer < 0) {
    bytes[at++] = minus
    rest = -integer
  }
  // At least one digit before the point.
  let digits = decimals + 1
  for (let power = powers[decimals] as number; rest >= power * 10; power *= 10) digits++
  const end = at + digits + (decimals > 0 ? 1 : 0)
  let position = end
  for (let left = decimals; left > 0; left--) {
    bytes[--position] = zero + (rest % 10)
    rest = (rest / 10) | 0
  }
  if (decimals > 0) bytes[--position] = point
  while (position > at) {
    bytes[--position] = zero + (rest % 10)
    rest = (rest / 10) | 0
  }
  return end
}
