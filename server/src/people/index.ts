import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Auth } from '#auth'
import type { App, Tables } from '#platform'
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
  /** Rights of the person are other ones now, or none. */
  accessChanged: (personId: string) => void
}

/** Who may come in, what they may do, and what they say of themselves. */
export function createPeople({ db, auth, publicUrl, accessChanged }: PeopleContext) {
  const { passwords, sessions, throttle, twoFactor } = auth
  const store = createStore(db)
  const links = createLinkStore(db)
  const users = createUsers({ db, store, links, auth, accessChanged })
  const invitations = createInvitations({ db, store, links, passwords, throttle })
  const resets = createPasswordResets({ store, links, passwords, throttle })
  const profiles = createProfiles({ db, store, profiles: createProfileStore(db), passwords })

  /** The guard has let the origin pass, so it is an address of ours; programs send none. */
  const originOf = ({ headers, protocol, host }: FastifyRequest): string =>
    publicUrl?.replace(/\/+$/, '') ?? headers.origin ?? `${protocol}://${host}`

  return {
    administrators: createAdministrators({ store, passwords, twoFactor }),
    seen: store.seen,
    dropExpiredLinks: resets.dropExpired,
    routes: (app: App): void => {
      userRoutes(app, users, originOf)
      invitationRoutes(app, { invitations, originOf, sessions })
      passwordResetRoutes(app, resets)
      profileRoutes(app, profiles, sessions)
    },
  }
}
