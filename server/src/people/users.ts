import type { PasswordResetLink, User, UserPatch, UserQuery } from '@plenum/contract'
import { append, type AuditEvent, type By } from '#audit'
import type { Auth } from '#auth'
import { commonErrors, decodeCursor, encodeCursor, type LastUses, type Tables } from '#platform'
import type { Kysely } from 'kysely'
import { peopleErrors } from './errors.ts'
import { createLinkToken } from './link-token.ts'
import type { LinkStore } from './link-store.ts'
import { changeRights } from './rights.ts'
import { readScopes } from './scope-rows.ts'
import type { PeopleStore } from './store.ts'
import { toUser } from './wire.ts'

export type Users = ReturnType<typeof createUsers>

export interface UsersContext {
  db: Kysely<Tables>
  store: PeopleStore
  /** Of people, by their ids. */
  lastSeen: LastUses<string>
  links: LinkStore
  auth: Pick<Auth, 'sessions' | 'twoFactor' | 'identities'>
  /** Rights of the person are other ones now, or none. */
  accessChanged: (personId: string) => void
}

const cursorShape = ['string', 'string', 'string'] as const
const list = '/api/users'

/** What stands in the audit log of a person. */
const told = ({ email, name, role, scope, sees_presence, disabled }: User) => ({
  email,
  name,
  role,
  scope,
  sees_presence,
  disabled,
})

/** The people of this installation, as administrators see and change them. */
export function createUsers({ db, store, lastSeen, links, auth, accessChanged }: UsersContext) {
  const get = async (id: string, tx: Kysely<Tables> = db): Promise<User> => {
    const row = await store.find(id, tx)
    if (!row) throw peopleErrors.user_not_found()
    return toUser(row, (await readScopes(tx, 'person_scope', [id])).get(id))
  }

  const after = (cursor: string | undefined): { name: string; id: string } | null => {
    if (cursor === undefined) return null
    const [of, name, id] = decodeCursor(cursor, cursorShape)
    if (of !== list) throw commonErrors.cursor_invalid()
    return { name, id }
  }

  return {
    /** @throws user_not_found */
    async get(id: string): Promise<User> {
      await lastSeen.flush()
      return get(id)
    },

    /** In order of name. @throws cursor_invalid */
    async page({ limit = 100, cursor, ...filter }: UserQuery) {
      await lastSeen.flush()
      const found = await store.page(filter, after(cursor), limit)
      const rows = found.slice(0, limit)
      const scopes = await readScopes(
        db,
        'person_scope',
        rows.map(({ id }) => id),
      )
      const last = rows.at(-1)
      return {
        items: rows.map((row) => toUser(row, scopes.get(row.id))),
        next_cursor: found.length > limit && last ? encodeCursor([list, last.sort_name, last.id]) : null,
      }
    },

    /**
     * Holds for the next request of the person, on other instances within a second; whoever is disabled loses sessions.
     * @throws user_not_found, last_administrator, and what contradicts itself: scope_…, presence_not_of_role
     */
    async change(id: string, patch: UserPatch, by: By): Promise<User> {
      const changed = await store.transaction(async (tx) => {
        const administrators = await store.lockAdministratorsAnd(tx, id)
        const before = await get(id, tx)
        const { name, disabled, ...asked } = patch
        const given = Object.values(asked).some((value) => value !== undefined)
        const now = { role: before.role, scope: before.scope, seesPresence: before.sees_presence }
        const rights = given ? changeRights(now, asked) : undefined
        await store.update(tx, id, { name, rights, disabled: disabled === before.disabled ? undefined : disabled })
        const user = await get(id, tx)
        const isActiveAdministrator = user.role === 'administrator' && !user.disabled
        if (!isActiveAdministrator && administrators.has(id)) {
          if (administrators.size === 1)
            throw peopleErrors.last_administrator('Make somebody else administrator first, or there would be none.')
          await links.endLinksBy(tx, id)
        }
        if (user.disabled !== before.disabled) {
          // Also when enabled: one that was opened in the moment of disabling must not come alive again.
          await auth.sessions.endAll(tx, id)
          await links.dropReset(tx, id)
        }
        await append(tx, by, eventsOf(before, user))
        return user
      })
      accessChanged(id)
      return changed
    },

    /**
     * For somebody who has lost their app and their recovery codes. One's own needs a code, in the account.
     * @throws user_not_found, two_factor_own, two_factor_not_on
     */
    resetTwoFactor: (id: string, by: By): Promise<void> =>
      store.transaction(async (tx) => {
        const user = await get(id, tx)
        if (id === by.actor.id) throw peopleErrors.two_factor_own('Switch your own off in your account, with a code.')
        if (!(await auth.twoFactor.remove(tx, id))) throw peopleErrors.two_factor_not_on()
        await append(tx, by, { action: 'two_factor.reset', thing: thingOf(user) })
      }),

    /** Their next single sign-on connects anew, by e-mail. @throws user_not_found, single_sign_on_not_connected */
    disconnect: (id: string, by: By): Promise<void> =>
      store.transaction(async (tx) => {
        const user = await get(id, tx)
        if (!(await auth.identities.remove(tx, id))) throw peopleErrors.single_sign_on_not_connected()
        await append(tx, by, { action: 'single_sign_on.disconnect', thing: thingOf(user) })
      }),

    /** A link that sets a new password once, to hand over. @throws user_not_found, user_disabled */
    resetPassword: (id: string, origin: string, by: By): Promise<PasswordResetLink> =>
      store.transaction(async (tx) => {
        const user = await get(id, tx)
        if (user.disabled) throw peopleErrors.user_disabled('Enable the person first.')
        const { token, hash } = createLinkToken()
        const { expires_at } = await links.setReset(tx, id, hash, by.actor.id as string)
        await append(tx, by, { action: 'password_reset.create', thing: thingOf(user) })
        return { url: `${origin}/password-reset/${token}`, expires_at: expires_at.toISOString() }
      }),
  }
}

const thingOf = ({ id, email }: User) => ({ kind: 'person', id, name: email })

/** Disabling is an entry of its own: it is what people look for. */
function eventsOf(before: User, after: User): AuditEvent[] {
  const thing = thingOf(after)
  const { disabled: _was, ...earlier } = told(before)
  const { disabled, ...later } = told(after)
  const events: AuditEvent[] = []
  if (JSON.stringify(earlier) !== JSON.stringify(later))
    events.push({ action: 'person.update', thing, before: earlier, after: later })
  if (disabled !== before.disabled) events.push({ action: disabled ? 'person.disable' : 'person.enable', thing })
  return events
}
