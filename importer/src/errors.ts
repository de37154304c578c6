/** What can stop an import, by stable code. A code is never used again for something else. */
export type ImportErrorCode =
  /** The folder is not a recorded building of any known format. */
  | 'import_format_unknown'
  /** A file of the recorded building is damaged or not as its format says. */
  | 'import_data_malformed'
  /** Nothing answers at the server's address, or it stayed busy for longer than the import waits. */
  | 'import_server_unreachable'
  /** The server answered, but not with what the import needs. */
  | 'import_server_refused'

/** An error whose message is written for the person at the terminal: no stack trace is needed to act on it. */
export interface ImportError extends Error {
  code: ImportErrorCode
}

export const importError = (code: ImportErrorCode, message: string, cause?: unknown): ImportError =>
  Object.assign(new Error(message, { cause }), { name: 'ImportError', code })

export const isImportError = (error: unknown): error is ImportError =>
  error instanceof Error && error.name === 'ImportError'
