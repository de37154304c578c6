import { randomUUID } from 'node:crypto'
import type { Role } from '@plenum/contract'
import { type Kysely, sql } from 'kysely'
import { type LastUse, type Tables, writeLastUses } from '#platform'
import type { Rights } from './rights.ts'
import { writeScope } from './scope-rows.ts'

export type PeopleStore = ReturnType<typeof createStore>
export type PersonRow = NonNullable<Awaited<ReturnType<PeopleStore['find']>>>

const now = sql<Date>`now()`

export interface PersonFilter {
  role?: Role
  status?: 'active' | 'disabled'
  text?: string
}

/** For `like`: what is typed stands for itself. */
const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`

/** The table of people; the sign-in library only reads it. */
export function createStore(db: Kysely<Tables>) {
  const columns = [
    'id',
    'email',
    'name',
    'role',
    'sees_presence',
    'disabled_at',
    'last_seen_at',
    'created_at',
    sql<boolean>`exists (select from two_factor where person_id = person.id and enabled_at is not null)`.as(
      'two_factor',
    ),
    sql<boolean>`exists (select from credential where user_id = person.id and provider_id <> 'credential')`.as(
      'single_sign_on',
    ),
  ] as const

  return {
    transaction: <T>(work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> => db.transaction().execute(work),

    find: (id: string, tx: Kysely<Tables> = db) =>
      tx.selectFrom('person').select(columns).where('id', '=', id).executeTakeFirst(),

    findByEmail: (email: string) =>
      db.selectFrom('person').select(columns).where('email', '=', email.toLowerCase()).executeTakeFirst(),

    /** One page in order of name, after the one with that key: one row more than asked tells whether there is a next. */
    page: ({ role, status, text }: PersonFilter, after: { name: string; id: string } | null, limit: number) =>
      db
        .selectFrom('person')
        .select([...columns, sql<string>`lower(name)`.as('sort_name')])
        .$if(role !== undefined, (query) => query.where('role', '=', role as Role))
        .$if(status !== undefined, (query) => query.where('disabled_at', status === 'active' ? 'is' : 'is not', null))
        .$if(text !== undefined, (query) =>
          query.where((e) =>
            e.or([e('name', 'ilike', containing(text ?? '')), e('email', 'ilike', containing(text ?? ''))]),
          ),
        )
        .$if(after !== null, (query) =>
          query.where(sql<boolean>`(lower(name), id) > (${after?.name}::text, ${after?.id}::text)`),
        )
        .orderBy(sql`lower(name)`)
        .orderBy('id')
        .limit(limit + 1)
        .execute(),

    /**
     * Holds the person and every active administrator until the transaction ends, always in the same order: two who
     * demote each other at once are told apart, and never wait for each other.
     * @returns ids of the active administrators
     */
    async lockAdministratorsAnd(tx: Kysely<Tables>, id: string): Promise<Set<string>> {
      const rows = await tx
        .selectFrom('person')
        .select(['id', 'role', 'disabled_at'])
        .where((e) => e.or([e('id', '=', id), e.and([e('role', '=', 'administrator'), e('disabled_at', 'is', null)])]))
        .orderBy('id')
        .forUpdate()
        .execute()
      const active = rows.filter(({ role, disabled_at }) => role === 'administrator' && disabled_at === null)
      return new Set(active.map((row) => row.id))
    },

    /** @returns the id. @throws unique_violation of person_email_taken */
    async add(tx: Kysely<Tables>, person: { email: string; name: string }, rights: Rights): Promise<string> {
      const id = randomUUID()
      await tx
        .insertInto('person')
        .values({
          id,
          email: person.email.toLowerCase(),
          name: person.name,
          email_verified: true,
          role: rights.role,
          sees_presence: rights.seesPresence,
        })
        .execute()
      await writeScope(tx, 'person_scope', id, rights.scope)
      return id
    },

    update: async (
      tx: Kysely<Tables>,
      id: string,
      change: { name?: string | undefined; rights?: Rights | undefined; disabled?: boolean | undefined },
    ): Promise<void> => {
      const { name, rights, disabled } = change
      await tx
        .updateTable('person')
        .set({
          ...(name !== undefined && { name }),
          ...(rights !== undefined && { role: rights.role, sees_presence: rights.seesPresence }),
          ...(disabled !== undefined && { disabled_at: disabled ? now : null }),
          updated_at: now,
        })
        .where('id', '=', id)
        .execute()
      if (rights !== undefined) await writeScope(tx, 'person_scope', id, rights.scope)
    },

    noteSeen: (uses: readonly LastUse<string>[]): Promise<void> => writeLastUses(db, 'person.last_seen_at', uses),

    async hasPeople(): Promise<boolean> {
      return (await db.selectFrom('person').select('id').limit(1).executeTakeFirst()) !== undefined
    },

    firstAdministrator: () =>
      db
        .selectFrom('person')
        .select(columns)
        .where('role', '=', 'administrator')
        .where('disabled_at', 'is', null)
        .orderBy('created_at')
        .limit(1)
        .executeTakeFirst(),
  }
}
