const longest = 300

/** Whatever stands after these words, up to the next space or quote. */
const secrets =
  /\b([\w-]*(?:password|passwd|pwd|secret|token|api[_-]?key|authorization))(["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi
const bearer = /\b(bearer|basic)\s+[\w.~+/=-]+/gi
/** `postgres://plenum:secret@host/…` */
const credentials = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@]*@/gi

/** The first line of an error, without what looks like a secret. Pure. */
export function toldError(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  const [line = ''] = text.trim().split(/\r?\n/)
  const told = line.replace(credentials, '$1[secret]@').replace(bearer, '$1 [secret]').replace(secrets, '$1$2[secret]')
  return told.length > longest ? `${told.slice(0, longest - 1)}…` : told
}
