export { answerAtOnce, type AtOnce } from './at-once.ts'
export { type Bus, openBus } from './bus.ts'
export { type Cache, createCache, type Repaid } from './cache.ts'
export { type Offer, unheardLifeMs } from './cache-copies.ts'
export type { Kind, Known, Read } from './cache-kind.ts'
export { type Clock, systemClock } from './clock.ts'
export { csvRow } from './csv.ts'
export { csvCell } from './csv-cell.ts'
export { decodeCursor, encodeCursor } from './cursor.ts'
export { connectDirectly, type Database, openDatabase, type PoolCounts, type Tables } from './database.ts'
export { asUnavailable, brokenConstraint, isDatabaseUnavailable, missingColumn, sqlState } from './database-errors.ts'
export { unsafeSettings } from './durability.ts'
export {
  type EmbeddedDatabase,
  findInstance,
  isEmbeddedDatabaseError,
  runningDatabaseUrl,
  startEmbeddedDatabase,
} from './embedded/index.ts'
export { commonErrors, defineErrors, errorCodes, PlenumError } from './errors.ts'
export { type App, createHttp, type HttpSettings, sendProblem } from './http.ts'
export { dueAtMs, type JobEnd, type Jobs, migrateJobs, type ScheduledJob, startJobs } from './jobs.ts'
export { createLastUses, type LastUse, type LastUses, writeLastUses } from './last-uses.ts'
export { createLog, type Log, type LogLevel } from './log.ts'
export { createMetrics, type Metrics, requestBoundsS } from './metrics.ts'
export { migrate, type Storage } from './migrate.ts'
export { openRedis, type Redis } from './redis.ts'
export { type ContentPolicy, policyOfPage, writePolicy } from './security-headers.ts'
export { createSurestRead, type SurestRead } from './surest-read.ts'
export { compileTextRecord, type FieldError } from './validation.ts'
