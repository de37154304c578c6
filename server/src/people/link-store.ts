import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import type { Rights } from './rights.ts'
import { writeScope } from './scope-rows.ts'

export type LinkStore = ReturnType<typeof createLinkStore>
export type InvitationRow = NonNullable<Awaited<ReturnType<LinkStore['findInvitation']>>>

const now = sql<Date>`now()`
const daysFromNow = (days: number) => sql<Date>`now() + make_interval(days => ${days})`

/** How long a link lets somebody in, in days. */
export const invitationDays = 7
export const passwordResetDays = 1

/** Invitations and links that set a new password: only hashes of what stands in them. */
export function createLinkStore(db: Kysely<Tables>) {
  const invitations = (from: Kysely<Tables> = db) =>
    from
      .selectFrom('invitation')
      .innerJoin('person', 'person.id', 'invitation.invited_by')
      .select([
        'invitation.id',
        'invitation.email',
        'invitation.name',
        'invitation.role',
        'invitation.sees_presence',
        'invitation.created_at',
        'invitation.expires_at',
        'person.name as inviter',
        sql<boolean>`invitation.expires_at <= now()`.as('expired'),
      ])

  return {
    findInvitation: (id: number, tx: Kysely<Tables> = db) =>
      invitations(tx).where('invitation.id', '=', id).executeTakeFirst(),

    invitationPage: (after: number, limit: number) =>
      invitations()
        .where('invitation.id', '>', after)
        .orderBy('invitation.id')
        .limit(limit + 1)
        .execute(),

    /** The one whose link this is, if it still lets somebody in. */
    openInvitation: (hash: Buffer) =>
      invitations().where('token_hash', '=', hash).where('invitation.expires_at', '>', now).executeTakeFirst(),

    /** @returns the id. @throws unique_violation of invitation_email_taken */
    async addInvitation(
      tx: Kysely<Tables>,
      { email, name, hash, invitedBy }: { email: string; name: string | null; hash: Buffer; invitedBy: string },
      rights: Rights,
    ): Promise<number> {
      const { id } = await tx
        .insertInto('invitation')
        .values({
          email: email.toLowerCase(),
          name,
          role: rights.role,
          sees_presence: rights.seesPresence,
          token_hash: hash,
          invited_by: invitedBy,
          expires_at: daysFromNow(invitationDays),
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      await writeScope(tx, 'invitation_scope', id, rights.scope)
      return id
    },

    /** The old link ends. @returns false where there is no such invitation */
    async renewInvitation(tx: Kysely<Tables>, id: number, hash: Buffer, invitedBy: string): Promise<boolean> {
      const { numUpdatedRows } = await tx
        .updateTable('invitation')
        .set({ token_hash: hash, invited_by: invitedBy, expires_at: daysFromNow(invitationDays) })
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },

    /** Of two who come at once only one is told true. */
    async takeInvitation(tx: Kysely<Tables>, id: number, hash?: Buffer): Promise<boolean> {
      const { numDeletedRows } = await tx
        .deleteFrom('invitation')
        .where('id', '=', id)
        .$if(hash !== undefined, (query) =>
          query.where('token_hash', '=', hash as Buffer).where('expires_at', '>', now),
        )
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },

    /** Whoever may invite no longer has invited nobody: their open links end. */
    endLinksBy: async (tx: Kysely<Tables>, personId: string): Promise<void> => {
      await tx
        .updateTable('invitation')
        .set({ expires_at: now })
        .where('invited_by', '=', personId)
        .where('expires_at', '>', now)
        .execute()
      await tx.deleteFrom('password_reset').where('made_by', '=', personId).execute()
    },

    /** In place of the link that the person may have. */
    setReset: (tx: Kysely<Tables>, personId: string, hash: Buffer, madeBy: string) => {
      const row = { token_hash: hash, made_by: madeBy, created_at: now, expires_at: daysFromNow(passwordResetDays) }
      return tx
        .insertInto('password_reset')
        .values({ person_id: personId, ...row })
        .onConflict((conflict) => conflict.column('person_id').doUpdateSet(row))
        .returning('expires_at')
        .executeTakeFirstOrThrow()
    },

    /** Whose link this is, if it still holds. */
    openReset: (hash: Buffer) =>
      db
        .selectFrom('password_reset')
        .innerJoin('person', 'person.id', 'password_reset.person_id')
        .select(['person.id', 'person.name', 'person.email', 'password_reset.expires_at'])
        .where('token_hash', '=', hash)
        .where('expires_at', '>', now)
        .where('disabled_at', 'is', null)
        .executeTakeFirst(),

    async takeReset(tx: Kysely<Tables>, hash: Buffer): Promise<boolean> {
      const { numDeletedRows } = await tx
        .deleteFrom('password_reset')
        .where('token_hash', '=', hash)
        .where('expires_at', '>', now)
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },

    dropReset: async (tx: Kysely<Tables>, personId: string): Promise<void> => {
      await tx.deleteFrom('password_reset').where('person_id', '=', personId).execute()
    },

    dropExpiredResets: async (): Promise<void> => {
      await db.deleteFrom('password_reset').where('expires_at', '<', now).execute()
    },
  }
}
