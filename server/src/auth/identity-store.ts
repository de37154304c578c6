import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'
import type { PersonNamed } from './by.ts'
import { passwordProvider } from './store.ts'

/** Who people are to an OpenID provider; kept beside their password. */

interface Named {
  issuer: string
  subject: string
}

const people = (tx: Kysely<Tables>) =>
  tx
    .selectFrom('person')
    .select(['person.id', 'person.name', 'person.email'])
    .select(sql<boolean>`person.disabled_at is not null`.as('disabled'))

export type Found = PersonNamed & { disabled: boolean }

export const findByIdentity = (tx: Kysely<Tables>, { issuer, subject }: Named): Promise<Found | undefined> =>
  people(tx)
    .innerJoin('credential', 'credential.user_id', 'person.id')
    .where('provider_id', '=', issuer)
    .where('account_id', '=', subject)
    .executeTakeFirst()

/** Held, so that of two at once one is the second. */
export const findByEmail = (tx: Kysely<Tables>, email: string): Promise<Found | undefined> =>
  people(tx).where('email', '=', email.toLowerCase()).forUpdate().executeTakeFirst()

/** The provider's name for a person. */
export async function subjectOf(tx: Kysely<Tables>, personId: string, issuer: string): Promise<string | null> {
  const row = await tx
    .selectFrom('credential')
    .select('account_id')
    .where('user_id', '=', personId)
    .where('provider_id', '=', issuer)
    .executeTakeFirst()
  return row?.account_id ?? null
}

export const putIdentity = async (tx: Kysely<Tables>, personId: string, { issuer, subject }: Named): Promise<void> => {
  await tx
    .insertInto('credential')
    .values({ id: randomUUID(), user_id: personId, provider_id: issuer, account_id: subject })
    .execute()
}

/** Of whatever provider. @returns false where there was none */
export async function removeIdentities(tx: Kysely<Tables>, personId: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('credential')
    .where('user_id', '=', personId)
    .where('provider_id', '<>', passwordProvider)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}
