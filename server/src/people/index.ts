import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Auth } from '#auth'
import { type App, createLastUses, type Log, type Tables } from '#platform'
import { createAdministrators } from './administrators.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { createInvitations } from './invitations.ts'
import { createLinkStore } from './link-store.ts'
import { passwordResetRoutes } from './password-reset-routes.ts'
import { createPasswordResets } from './password-resets.ts'
import { createProfiles } from './profile.ts'
import { profileRoutes } from './profile-routes.ts'
import { createProfileStore } from './profile-store.ts'
import { createStore } from './store.ts'
import { userRoutes } from './user-routes.ts'
import { createUsers } from './users.ts'

export type People = ReturnType<typeof createPeople>

interface PeopleContext {
  db: Kysely<Tables>
  auth: Pick<Auth, 'passwords' | 'sessions' | 'throttle' | 'twoFactor' | 'identities'>
  /** The address people use; null: the one they come by. */
  publicUrl: string | null
  log: Log
  /** Rights of the person are other ones now, or none. */
  accessChanged: (personId: string) => void
}

/** Exact enough for "last seen". */
const lastSeenEveryMs = 60_000

/** Who may come in, what they may do, and what they say of themselves. */
export function createPeople({ db, auth, publicUrl, log, accessChanged }: PeopleContext) {
  const { passwords, sessions, throttle, twoFactor } = auth
  const store = createStore(db)
  const links = createLinkStore(db)
  const lastSeen = createLastUses({ everyMs: lastSeenEveryMs, write: store.noteSeen, what: 'people', log })
  const users = createUsers({ db, store, lastSeen, links, auth, accessChanged })
  const invitations = createInvitations({ db, store, links, passwords, throttle })
  const resets = createPasswordResets({ store, links, passwords, throttle })
  const profiles = createProfiles({ db, store, profiles: createProfileStore(db), passwords })

  /** The guard has let the origin pass, so it is an address of ours; programs send none. */
  const originOf = ({ headers, protocol, host }: FastifyRequest): string =>
    publicUrl?.replace(/\/+$/, '') ?? headers.origin ?? `${protocol}://${host}`

  return {
    administrators: createAdministrators({ store, passwords, twoFactor }),
    seen: lastSeen.note,
    /** When people were last seen, as far as it is not yet written. */
    flushLastSeen: lastSeen.flush,
    dropExpiredLinks: resets.dropExpired,
    routes: (app: App): void => {
      userRoutes(app, users, originOf)
      invitationRoutes(app, { invitations, originOf, sessions })
      passwordResetRoutes(app, resets)
      profileRoutes(app, profiles, sessions)
    },
  }
}
