import { type Kysely, sql } from 'kysely'
import { append, type AuditEvent, type By } from '#audit'
import type { Tables } from '#platform'

export type TwoFactorStore = ReturnType<typeof createTwoFactorStore>
export type FirstFactor = 'password' | 'single_sign_on'

const now = sql<Date>`now()`
/** Between the picture and the first code. */
const setupS = 3_600
/** Between password and code. */
export const stepS = 600
const inFuture = (seconds: number) => sql<Date>`now() + make_interval(secs => ${seconds})`

/** Second factors, and who is on the way to give one. */
export function createTwoFactorStore(db: Kysely<Tables>) {
  return {
    transaction: <T>(work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> => db.transaction().execute(work),
    append: (tx: Kysely<Tables>, by: By, event: AuditEvent): Promise<void> => append(tx, by, event),

    async isEnabled(personId: string): Promise<boolean> {
      const row = await db
        .selectFrom('two_factor')
        .select('person_id')
        .where('person_id', '=', personId)
        .where('enabled_at', 'is not', null)
        .executeTakeFirst()
      return row !== undefined
    },

    async status(personId: string) {
      const row = await db
        .selectFrom('two_factor')
        .select(['enabled_at'])
        .select((e) =>
          e
            .selectFrom('recovery_code')
            .whereRef('recovery_code.person_id', '=', 'two_factor.person_id')
            .select(sql<number>`count(*)`.as('count'))
            .as('codes'),
        )
        .where('person_id', '=', personId)
        .executeTakeFirst()
      return { enabledAt: row?.enabled_at ?? null, codes: row?.codes ?? 0 }
    },

    /** In place of one that was begun before. @returns false where one is on already */
    async begin(personId: string, secret: string): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('two_factor')
        .values({ person_id: personId, secret })
        .onConflict((conflict) =>
          conflict
            .column('person_id')
            .doUpdateSet({ secret, begun_at: now, last_step: 0 })
            .where('two_factor.enabled_at', 'is', null),
        )
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },

    /** Held until the transaction ends, so that of two who give the same code at once one is the second. */
    lock: (tx: Kysely<Tables>, personId: string) =>
      tx
        .selectFrom('two_factor')
        .select(['secret', 'enabled_at', 'last_step'])
        .select(sql<boolean>`begun_at > now() - make_interval(secs => ${setupS})`.as('is_fresh'))
        .where('person_id', '=', personId)
        .forUpdate()
        .executeTakeFirst(),

    /** Codes up to this step are used up. */
    useStep: async (tx: Kysely<Tables>, personId: string, step: number): Promise<void> => {
      await tx
        .updateTable('two_factor')
        .set({ last_step: step })
        .where('person_id', '=', personId)
        .executeTakeFirstOrThrow()
    },

    /** @returns false where there is no such code, or no longer */
    async useRecoveryCode(tx: Kysely<Tables>, personId: string, hash: Buffer): Promise<boolean> {
      const { numDeletedRows } = await tx
        .deleteFrom('recovery_code')
        .where('person_id', '=', personId)
        .where('hash', '=', hash)
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },

    enable: async (tx: Kysely<Tables>, personId: string): Promise<void> => {
      await tx.updateTable('two_factor').set({ enabled_at: now }).where('person_id', '=', personId).execute()
    },

    /** In place of those there were. */
    setRecoveryCodes: async (tx: Kysely<Tables>, personId: string, hashes: Buffer[]): Promise<void> => {
      await tx.deleteFrom('recovery_code').where('person_id', '=', personId).execute()
      await tx
        .insertInto('recovery_code')
        .values(hashes.map((hash) => ({ person_id: personId, hash })))
        .execute()
    },

    /** @returns false where none was on */
    async remove(tx: Kysely<Tables>, personId: string): Promise<boolean> {
      const row = await tx
        .deleteFrom('two_factor')
        .where('person_id', '=', personId)
        .returning('enabled_at')
        .executeTakeFirst()
      // Who was asked for a code begins anew.
      await tx.deleteFrom('sign_in_step').where('person_id', '=', personId).execute()
      return (row?.enabled_at ?? null) !== null
    },

    /** Somebody has proven the first factor. */
    addStep: async (
      tx: Kysely<Tables>,
      step: { hash: Buffer; personId: string; firstFactor: FirstFactor },
    ): Promise<void> => {
      await tx
        .insertInto('sign_in_step')
        .values({
          token_hash: step.hash,
          person_id: step.personId,
          first_factor: step.firstFactor,
          expires_at: inFuture(stepS),
        })
        .execute()
    },

    /** Whose it is; nothing where it was used, has expired, or the person is disabled. */
    findStep: (hash: Buffer) =>
      db
        .selectFrom('sign_in_step')
        .innerJoin('person', 'person.id', 'sign_in_step.person_id')
        .select(['person.id', 'person.name', 'person.email', 'first_factor'])
        .where('token_hash', '=', hash)
        .where('expires_at', '>', now)
        .where('person.disabled_at', 'is', null)
        .executeTakeFirst(),

    /** @returns false where somebody was faster */
    async takeStep(tx: Kysely<Tables>, hash: Buffer): Promise<boolean> {
      const { numDeletedRows } = await tx
        .deleteFrom('sign_in_step')
        .where('token_hash', '=', hash)
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },
  }
}
