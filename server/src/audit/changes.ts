import { isDeepStrictEqual } from 'node:util'

/** Fields of a thing as they are on the wire or in its row. */
export type Fields = Readonly<Record<string, unknown>>

const longestText = 500
/** Of a value that is an object or array, as JSON. */
const longestValue = 2_000
/** Bytes of before, after and details each, as JSON. */
const longestFields = 10_000

/** What every row has and nobody changes by hand. */
const untold = new Set(['id', 'created_at', 'updated_at'])
/** A second line: callers don't hand these over. `sensor_key` and `key_id` are no secrets. */
const secret = /password|passphrase|secret|token|hash|cookie|authorization|credential|^key$|api_?key$/i

/** PostgreSQL keeps neither U+0000 nor half a character. */
export function plainText(text: string, longest = longestText): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const clean = text.toWellFormed().replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
  return clean.length <= longest ? clean : `${clean.slice(0, longest).toWellFormed()}… (${clean.length} characters)`
}

/** As JSON has it, without secrets and of bounded length. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value)
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean')
    return value ?? null
  const text = JSON.stringify(value, (name, inner: unknown) =>
    secret.test(name) ? '(not kept)' : typeof inner === 'string' ? plainText(inner) : inner,
  )
  return text.length <= longestValue ? JSON.parse(text) : plainText(text)
}

/** What of a record may be kept. Pure. */
export function keepable(fields: Fields): Record<string, unknown> {
  const kept: [string, unknown][] = []
  let length = 0
  let left = 0
  for (const [name, value] of Object.entries(fields)) {
    const plain = secret.test(name) ? '(not kept)' : plainValue(value)
    length += Buffer.byteLength(JSON.stringify([name, plain]))
    if (length > longestFields) left++
    else kept.push([plainText(name, 100), plain])
  }
  if (left > 0) kept.push(['…', `${left} more fields`])
  return Object.fromEntries(kept)
}

/**
 * What of a thing changed: the fields that differ, of both. Of a thing that was made or deleted, what it has, empty
 * fields left out. Pure.
 */
export function changesOf(
  before: Fields | undefined,
  after: Fields | undefined,
): { before: Record<string, unknown> | null; after: Record<string, unknown> | null } {
  const told = (fields: Fields | undefined) =>
    Object.entries(fields ?? {}).filter(([name, value]) => !untold.has(name) && value !== undefined)
  const whole = (fields: Fields | undefined) =>
    fields === undefined ? null : keepable(Object.fromEntries(told(fields).filter(([, value]) => value !== null)))
  if (before === undefined || after === undefined) return { before: whole(before), after: whole(after) }
  const differing = (one: Fields, other: Fields) =>
    Object.fromEntries(told(one).filter(([name, value]) => !isDeepStrictEqual(asJson(value), asJson(own(other, name)))))
  // Compared whole and only then shortened: two long texts may differ behind their first letters.
  return { before: keepable(differing(before, after)), after: keepable(differing(after, before)) }
}

const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : null)
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))
