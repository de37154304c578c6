import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

export interface Counter {
  rule: string
  bucket: number
  /** As many as this are let through in a window. */
  max: number
  windowS: number
}

export type ThrottleStore = ReturnType<typeof createThrottleStore>

/** What was attempted in the current window, the same for all instances on this database. */
export function createThrottleStore(db: Kysely<Tables>) {
  return {
    /**
     * Counts one more, if the window has room for it; one that is refused writes nothing.
     * @returns null, or the seconds until the window ends
     */
    async count({ rule, bucket, max, windowS }: Counter): Promise<number | null> {
      const { rows } = await sql<{ counted: boolean; left_s: number | null }>`
        with counted as (
          insert into throttle_count as t (rule, bucket, count, ends_at)
          values (${rule}, ${bucket}, 1, now() + make_interval(secs => ${windowS}))
          on conflict (rule, bucket) do update set
            count = case when t.ends_at <= now() then 1 else t.count + 1 end,
            ends_at = case when t.ends_at <= now() then excluded.ends_at else t.ends_at end
          where t.ends_at <= now() or t.count < ${max}
          returning 1
        )
        select exists (select from counted) as counted,
          (select extract(epoch from ends_at - now())::float8 from throttle_count
           where rule = ${rule} and bucket = ${bucket}) as left_s`.execute(db)
      const [row] = rows
      return row?.counted ? null : Math.max(1, Math.ceil(row?.left_s ?? windowS))
    },

    /** What was counted and turned out right is none of a guesser's. */
    async giveBack({ rule, bucket }: Counter): Promise<void> {
      await db
        .updateTable('throttle_count')
        .set({ count: sql`greatest(count - 1, 0)` })
        .where('rule', '=', rule)
        .where('bucket', '=', bucket)
        .where('ends_at', '>', sql<Date>`now()`)
        .execute()
    },

    async dropEnded(): Promise<void> {
      await db.deleteFrom('throttle_count').where('ends_at', '<', sql<Date>`now()`).execute()
    },
  }
}
