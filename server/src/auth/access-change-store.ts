import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

export type AccessChangeStore = ReturnType<typeof createAccessChangeStore>

/** What is remembered lives much shorter, so that older changes void nothing, also where a transaction took long to end. */
const changesKnown = '3 hours'

/** Changes about who may do what, written by triggers. */
export function createAccessChangeStore(db: Kysely<Tables>) {
  return {
    /**
     * What has changed and may not have been visible as of a snapshot, by transaction: the oldest that ran then may
     * have ended since, and so may all after it. null: what has changed within `changesKnown`.
     * @returns `asOf`, to go on with; what is read with an equal or later one has seen all that is not listed
     */
    async since(asOf: bigint | null): Promise<{ asOf: bigint; changes: { personId: string; xid: bigint }[] }> {
      const since = asOf === null ? sql`c.at > now() - ${changesKnown}::interval` : sql`c.xid >= ${String(asOf)}::xid8`
      const { rows } = await sql<{ as_of: string; person_id: string | null; xid: string }>`
        select pg_snapshot_xmin(pg_current_snapshot())::text as as_of, c.person_id, c.xid::text
        from (select) as one left join access_change c on ${since}`.execute(db)
      const changes = rows.flatMap(({ person_id: personId, xid }) =>
        personId === null ? [] : [{ personId, xid: BigInt(xid) }],
      )
      return { asOf: BigInt(rows[0]?.as_of ?? 0), changes }
    },

    dropOld: async (): Promise<void> => {
      await db.deleteFrom('access_change').where('at', '<', sql<Date>`now() - interval '1 day'`).execute()
    },
  }
}
