import type { Kysely } from 'kysely'
import type { Tables } from './database.ts'
import { isDatabaseUnavailable } from './database-errors.ts'

/** Reads what is to be remembered. */
export type SurestRead = <T>(query: (db: Kysely<Tables>) => Promise<T>) => Promise<{ found: T; mayLag: boolean }>

/**
 * From the primary, so that a replica's lag is never remembered. Where the primary does not answer the replica does, as
 * it is, and that is remembered no longer than it has to be.
 */
export const createSurestRead =
  (primary: Kysely<Tables>, replica: Kysely<Tables> | null): SurestRead =>
  async (query) => {
    try {
      return { found: await query(primary), mayLag: false }
    } catch (error) {
      if (replica === null || !isDatabaseUnavailable(error)) throw error
      return { found: await query(replica), mayLag: true }
    }
  }
