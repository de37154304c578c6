import { commonErrors } from './errors.ts'

/**
 * Keyset cursors: the sort key of the last row of a page, so that a page costs the same however deep it is and rows
 * that arrive meanwhile neither repeat nor hide others. Opaque to clients.
 */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url')

/** @param shape the `typeof` of each part. @throws cursor_invalid */
export function decodeCursor<T extends readonly ('string' | 'number')[]>(
  cursor: string,
  shape: T,
): { [K in keyof T]: T[K] extends 'number' ? number : string } {
  let key: unknown
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw commonErrors.cursor_invalid()
  }
  const fits =
    Array.isArray(key) &&
    key.length === shape.length &&
    key.every((part, i) => typeof part === shape[i] && (typeof part === 'string' || Number.isSafeInteger(part)))
  if (!fits) throw commonErrors.cursor_invalid()
  return key as never
}
