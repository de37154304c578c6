import type { Invitation, InvitationInput, InvitationOffer, NewInvitation, Role } from '@plenum/contract'
import type { Kysely } from 'kysely'
import { append, type By } from '#audit'
import type { Passwords, Throttle } from '#auth'
import { brokenConstraint, commonErrors, decodeCursor, encodeCursor, type Tables } from '#platform'
import { peopleErrors } from './errors.ts'
import { createLinkToken, hashOfToken } from './link-token.ts'
import type { LinkStore } from './link-store.ts'
import { newRights } from './rights.ts'
import { noScope, readScopes } from './scope-rows.ts'
import type { PeopleStore } from './store.ts'
import { rightsOf, toInvitation } from './wire.ts'

export type Invitations = ReturnType<typeof createInvitations>

interface InvitationsContext {
  db: Kysely<Tables>
  store: PeopleStore
  links: LinkStore
  passwords: Passwords
  throttle: Throttle
}

const list = '/api/invitations'
const linkTo = (origin: string, token: string) => `${origin}/invitation/${token}`
const told = ({ email, name, role, scope, sees_presence }: Invitation) => ({ email, name, role, scope, sees_presence })

/** E-mails are one person's each, and have one invitation at most. */
function explain(error: unknown): unknown {
  switch (brokenConstraint(error)) {
    case 'person_email_taken':
      return peopleErrors.email_taken()
    case 'invitation_email_taken':
      return peopleErrors.already_invited('Make a new link for the invitation that is there, or withdraw it.')
    default:
      return error
  }
}

/** Links that let somebody in, with the role they will have. */
export function createInvitations({ db, store, links, passwords, throttle }: InvitationsContext) {
  const get = async (id: number, tx: Kysely<Tables> = db): Promise<Invitation> => {
    const row = await links.findInvitation(id, tx)
    if (!row) throw peopleErrors.invitation_not_found()
    return toInvitation(row, (await readScopes(tx, 'invitation_scope', [id])).get(id))
  }
  const thingOf = ({ id, email }: Invitation) => ({ kind: 'invitation', id, name: email })

  const open = async (token: string, { address }: By) => {
    const attempt = await throttle.attempt({ kind: 'invitation', account: null, address: address ?? '' })
    const hash = hashOfToken(token)
    const row = await links.openInvitation(hash)
    if (!row) throw peopleErrors.invitation_invalid()
    await attempt.succeeded()
    const held = (await readScopes(db, 'invitation_scope', [row.id])).get(row.id) ?? noScope
    return { row, held, hash }
  }

  return {
    async page(limit = 100, cursor?: string) {
      const [of, after] = cursor === undefined ? [list, 0] : decodeCursor(cursor, ['string', 'number'] as const)
      if (of !== list) throw commonErrors.cursor_invalid()
      const found = await links.invitationPage(after, limit)
      const rows = found.slice(0, limit)
      const ids = rows.map(({ id }) => id)
      const scopes = await readScopes(db, 'invitation_scope', ids)
      return {
        items: rows.map((row) => toInvitation(row, scopes.get(row.id))),
        next_cursor: found.length > limit ? encodeCursor([list, ids.at(-1) ?? 0]) : null,
      }
    },

    /** The answer holds the link; nothing else ever will. @throws email_taken, already_invited, scope_… */
    async create(input: InvitationInput, origin: string, by: By): Promise<NewInvitation> {
      const { email, name = null, ...asked } = input
      const rights = newRights(asked)
      if (await store.findByEmail(email)) throw peopleErrors.email_taken()
      const { token, hash } = createLinkToken()
      const invitedBy = by.actor.id as string
      try {
        const invitation = await store.transaction(async (tx) => {
          const id = await links.addInvitation(tx, { email, name, hash, invitedBy }, rights)
          const made = await get(id, tx)
          await append(tx, by, { action: 'invitation.create', thing: thingOf(made), after: told(made) })
          return made
        })
        return { ...invitation, url: linkTo(origin, token) }
      } catch (error) {
        throw explain(error)
      }
    },

    /** A new link for as long as a new invitation; the old one ends. @throws invitation_not_found */
    reissue: (id: number, origin: string, by: By): Promise<NewInvitation> =>
      store.transaction(async (tx) => {
        const { token, hash } = createLinkToken()
        if (!(await links.renewInvitation(tx, id, hash, by.actor.id as string)))
          throw peopleErrors.invitation_not_found()
        const invitation = await get(id, tx)
        await append(tx, by, { action: 'invitation.reissue', thing: thingOf(invitation) })
        return { ...invitation, url: linkTo(origin, token) }
      }),

    /** @throws invitation_not_found */
    revoke: (id: number, by: By): Promise<void> =>
      store.transaction(async (tx) => {
        const invitation = await get(id, tx)
        if (!(await links.takeInvitation(tx, id))) throw peopleErrors.invitation_not_found()
        await append(tx, by, { action: 'invitation.revoke', thing: thingOf(invitation), before: told(invitation) })
      }),

    /** What whoever holds the link may know. @throws invitation_invalid, too_many_attempts */
    async offer(token: string, by: By): Promise<InvitationOffer> {
      const { row, held } = await open(token, by)
      return {
        email: row.email,
        name: row.name,
        role: row.role as Role,
        places: held.places,
        invited_by: row.inviter,
        expires_at: row.expires_at.toISOString(),
      }
    },

    /**
     * Makes the person. Works once.
     * @param by from where; who they are is filled in
     * @returns the e-mail they sign in with. @throws invitation_invalid, too_many_attempts, email_taken, password_…
     */
    async accept(token: string, { name, password }: { name: string; password: string }, by: By): Promise<string> {
      const { row, held, hash } = await open(token, by)
      const { email } = row
      passwords.refuseGuessable(password, email)
      const passwordHash = await passwords.hash(password)
      const rights = rightsOf(row, held)
      try {
        await store.transaction(async (tx) => {
          if (!(await links.takeInvitation(tx, row.id, hash))) throw peopleErrors.invitation_invalid()
          const id = await store.add(tx, { email, name }, rights)
          await passwords.set(tx, id, passwordHash)
          await append(
            tx,
            { ...by, actor: { kind: 'person', id, name, email } },
            {
              action: 'person.create',
              thing: { kind: 'person', id, name: email },
              after: { email, name, role: rights.role, scope: rights.scope, sees_presence: rights.seesPresence },
              details: { invitation_id: row.id, invited_by: row.inviter },
            },
          )
        })
      } catch (error) {
        throw explain(error)
      }
      return email
    },
  }
}
