/** Calendar days repeat in a batch, so the day's part is computed once: `2026-11-23` → ms at its UTC midnight. */
const midnights = new Map<string, number>()
const midnightsKept = 1_000

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

function midnightOf(text: string): number {
  const day = text.slice(0, 10)
  const known = midnights.get(day)
  if (known !== undefined) return known
  const [, year, month, date] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []).map(Number)
  let ms = Number.NaN
  // Date.UTC reads the years 0 to 99 as 1900 to 1999; those are refused anyway, as is year 0.
  if (year !== undefined && month !== undefined && date !== undefined && year >= 100 && month >= 1 && month <= 12) {
    if (date >= 1 && date <= daysIn(year, month)) ms = Date.UTC(year, month - 1, date)
  }
  if (midnights.size >= midnightsKept) midnights.clear()
  midnights.set(day, ms)
  return ms
}

/** Two decimal digits at `i`, NaN for anything else. */
function twoDigits(text: string, i: number): number {
  const tens = text.charCodeAt(i) - 48
  const ones = text.charCodeAt(i + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/**
 * RFC 3339 date-time (section 5.6) with a zone, as milliseconds since 1970; NaN for anything else. Digits finer than
 * a millisecond are cut. A leap second, :60, is the next minute's first, as in POSIX time.
 * `Date.parse` takes far more than RFC 3339 (no zone, no seconds, month names), and this is twice as fast.
 */
export function parseTimestamp(text: string): number {
  const { length } = text
  if (length < 20 || length > 40) return Number.NaN
  const separator = text.charCodeAt(10) | 32
  if ((separator !== 116 && text.charCodeAt(10) !== 32) || text[13] !== ':' || text[16] !== ':') return Number.NaN
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN
  let i = 19
  let ms = 0
  if (text[19] === '.') {
    let scale = 100
    for (i = 20; i < length; i++) {
      const digit = text.charCodeAt(i) - 48
      if (digit < 0 || digit > 9) break
      ms += digit * scale
      scale = scale > 1 ? scale / 10 : 0
    }
    if (i === 20) return Number.NaN
  }
  const offsetMinutes = zoneOffset(text, i)
  return midnightOf(text) + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1_000 + ms
}

/** Minutes east of UTC; NaN where the rest of the text is no zone. */
function zoneOffset(text: string, i: number): number {
  const sign = text[i]
  if ((sign === 'Z' || sign === 'z') && text.length === i + 1) return 0
  if ((sign !== '+' && sign !== '-') || text.length !== i + 6 || text[i + 3] !== ':') return Number.NaN
  const hours = twoDigits(text, i + 1)
  const minutes = twoDigits(text, i + 4)
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes)
}
