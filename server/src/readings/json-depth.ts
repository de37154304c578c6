const quote = 0x22
const backslash = 0x5c

/**
 * Whether JSON text is nested deeper than `limit`, found by counting brackets before anything is parsed: V8 parses
 * a million open brackets, and then overflows the stack of whoever walks what came out. Pure; 1 ms a megabyte.
 */
export function isDeeperThan(limit: number, json: Uint8Array): boolean {
  let depth = 0
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]
    if (byte === quote) {
      // A string: to its closing quote, over escaped ones.
      for (i++; i < json.length && json[i] !== quote; i++) if (json[i] === backslash) i++
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > limit) return true
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return false
}
