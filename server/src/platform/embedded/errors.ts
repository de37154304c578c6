/** Stable codes of what can go wrong with the embedded database. Never reused for something else. */
export type EmbeddedDatabaseErrorCode =
  | 'platform_unsupported'
  | 'binaries_unusable'
  | 'data_dir_not_a_folder'
  | 'data_dir_not_writable'
  | 'data_dir_not_reachable'
  | 'data_dir_in_use'
  | 'data_dir_wrong_version'
  | 'data_dir_not_a_cluster'
  | 'database_password_wrong'
  | 'database_did_not_start'
  | 'port_taken'
  | 'disk_full'

export type EmbeddedDatabaseError = Error & { readonly code: EmbeddedDatabaseErrorCode }

/** The message is one line for the person at the terminal: what is wrong, and what to do. */
export function embeddedDatabaseError(
  code: EmbeddedDatabaseErrorCode,
  message: string,
  cause?: unknown,
): EmbeddedDatabaseError {
  const error = new Error(message.replace(/\s*\n\s*/g, ' '), cause === undefined ? undefined : { cause })
  error.name = 'EmbeddedDatabaseError'
  return Object.assign(error, { code })
}

export function isEmbeddedDatabaseError(error: unknown): error is EmbeddedDatabaseError {
  return error instanceof Error && error.name === 'EmbeddedDatabaseError'
}

/** The `code` of a system or PostgreSQL error (`ENOENT`, `28P01`), else undefined. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
