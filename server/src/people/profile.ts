import type { Locale, Profile, ProfilePatch, Role, Theme, UnitSystem } from '@plenum/contract'
import type { Kysely } from 'kysely'
import { append, type By } from '#audit'
import type { Passwords } from '#auth'
import type { Tables } from '#platform'
import { peopleErrors } from './errors.ts'
import type { ProfileStore } from './profile-store.ts'
import { readScopes } from './scope-rows.ts'
import type { PeopleStore } from './store.ts'

export type Profiles = ReturnType<typeof createProfiles>

interface ProfilesContext {
  db: Kysely<Tables>
  store: PeopleStore
  profiles: ProfileStore
  passwords: Passwords
}

/** What people say of themselves: their name, how they want to see things, their password. */
export function createProfiles({ db, store, profiles, passwords }: ProfilesContext) {
  const get = async (id: string, tx: Kysely<Tables> = db): Promise<Profile> => {
    const row = await profiles.find(id, tx)
    if (!row) throw peopleErrors.user_not_found()
    const role = row.role as Role
    return {
      email: row.email,
      name: row.name,
      role,
      places: role === 'administrator' ? [] : ((await readScopes(tx, 'person_scope', [id])).get(id)?.places ?? []),
      sees_presence: row.sees_presence,
      locale: row.locale as Locale | null,
      time_zone: row.time_zone,
      theme: row.theme as Theme,
      units: row.units as UnitSystem,
    }
  }

  return {
    get,

    change: (id: string, patch: ProfilePatch, by: By): Promise<Profile> =>
      store.transaction(async (tx) => {
        const before = await get(id, tx)
        await profiles.update(tx, id, patch)
        const after = await get(id, tx)
        await append(tx, by, {
          action: 'person.update',
          thing: { kind: 'person', id, name: after.email },
          before,
          after,
        })
        return after
      }),

    /** All their sessions end but the one that asks. @throws current_password_wrong, too_many_attempts, password_… */
    async changePassword(
      { id, email }: { id: string; email: string },
      given: { current_password: string; new_password: string },
      sessionId: string | null,
      by: By,
    ): Promise<void> {
      passwords.refuseGuessable(given.new_password, email)
      await passwords.prove({ id, email }, given.current_password, by.address ?? '')
      const hash = await passwords.hash(given.new_password)
      await store.transaction(async (tx) => {
        await passwords.set(tx, id, hash, sessionId ?? undefined)
        await append(tx, by, { action: 'person.set_password', thing: { kind: 'person', id, name: email } })
      })
    },
  }
}
