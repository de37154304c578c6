import type { ProfilePatch } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

export type ProfileStore = ReturnType<typeof createProfileStore>

/** The columns of people that they write themselves. */
export function createProfileStore(db: Kysely<Tables>) {
  return {
    find: (id: string, tx: Kysely<Tables> = db) =>
      tx
        .selectFrom('person')
        .select(['email', 'name', 'role', 'sees_presence', 'locale', 'time_zone', 'theme', 'units'])
        .where('id', '=', id)
        .executeTakeFirst(),

    update: async (tx: Kysely<Tables>, id: string, patch: ProfilePatch): Promise<void> => {
      await tx
        .updateTable('person')
        .set({ ...patch, updated_at: sql<Date>`now()` })
        .where('id', '=', id)
        .execute()
    },
  }
}
