/** Import of recorded buildings through the public API: the door of the workspace. */
export { type ImportError, type ImportErrorCode, isImportError } from './errors.ts'
export { type ImportOptions, importDirectory } from './import-directory.ts'
export { describeResult, exitCodeOf, type ImportResult } from './import-result.ts'
export type { Progress } from './progress.ts'
export { createProgressBar, type ProgressBar } from './progress-bar.ts'
