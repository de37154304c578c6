/** Text of ASCII as 32-bit words, little end first; the last one is filled up with spaces. */
export interface Ascii {
  length: number
  words: Int32Array
}

const wordBytes = 4

/** @param text ASCII only */
export function asciiOf(text: string): Ascii {
  const bytes = Buffer.from(text.padEnd(Math.ceil(text.length / wordBytes) * wordBytes), 'latin1')
  const words = Int32Array.from({ length: bytes.length / wordBytes }, (_, i) => bytes.readInt32LE(i * wordBytes))
  return { length: text.length, words }
}

/**
 * Word by word: for a few dozen bytes that costs a third of what a loop over bytes does, and less than one call of
 * `TypedArray.set`.
 * @param view with room for three bytes more, which are overwritten
 * @returns where it ends
 */
export function writeAscii(view: DataView, at: number, { length, words }: Ascii): number {
  for (let i = 0; i < words.length; i++) view.setInt32(at + i * wordBytes, words[i] as number, true)
  return at + length
}
