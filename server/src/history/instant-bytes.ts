import { type Ascii, asciiOf, writeAscii } from './ascii.ts'
import { dayMs } from './resolution.ts'

const [colon, point, zero, zed] = [58, 46, 48, 90]
/** 00 to 99, two bytes each, little end first. */
const twoDigits = Uint16Array.from({ length: 100 }, (_, n) => zero + Math.floor(n / 10) + ((zero + (n % 10)) << 8))

/**
 * A writer of `Date.toISOString()` as bytes. The date is remembered, so instants of the same day one after another take
 * a few divisions each; 10,000 records a page would spend more on their timestamps than on anything else.
 * @returns writes into a view with room for 32 bytes, and answers where the text ends
 */
export function createInstantBytes(): (view: DataView, at: number, atMs: number) => number {
  let day = Number.NaN
  let date: Ascii = asciiOf('')
  return (view, at, atMs) => {
    const ofDay = Math.floor(atMs / dayMs)
    if (ofDay !== day) {
      day = ofDay
      date = asciiOf(new Date(ofDay * dayMs).toISOString().slice(0, -'00:00:00.000Z'.length))
    }
    const clock = writeAscii(view, at, date)
    const ms = (atMs - ofDay * dayMs) | 0
    const seconds = (ms / 1_000) | 0
    const minutes = (seconds / 60) | 0
    const thousandths = ms - seconds * 1_000
    const hundreds = (thousandths / 100) | 0
    view.setUint16(clock, twoDigits[(minutes / 60) | 0] as number, true)
    view.setUint8(clock + 2, colon)
    view.setUint16(clock + 3, twoDigits[minutes % 60] as number, true)
    view.setUint8(clock + 5, colon)
    view.setUint16(clock + 6, twoDigits[seconds % 60] as number, true)
    view.setUint8(clock + 8, point)
    view.setUint8(clock + 9, zero + hundreds)
    view.setUint16(clock + 10, twoDigits[thousandths - hundreds * 100] as number, true)
    view.setUint8(clock + 12, zed)
    return clock + 13
  }
}
