import type { Kysely } from 'kysely'
import type { Storage, Tables } from '#platform'
import type { EngineContext } from './engine-context.ts'
import { createNativeEngine, nativeArrivals } from './native-engine.ts'
import type { Arrivals, StorageEngine } from './storage-engine.ts'
import { createTimescaleEngine, timescaleArrivals } from './timescale-engine.ts'

export const arrivalsOf = (storage: Storage, db: Kysely<Tables>): Arrivals =>
  storage === 'native' ? nativeArrivals(db) : timescaleArrivals(db)

export const createEngine = (storage: Storage, context: EngineContext): StorageEngine =>
  storage === 'native' ? createNativeEngine(context) : createTimescaleEngine(context)
