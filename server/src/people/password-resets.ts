import type { PasswordResetOffer } from '@plenum/contract'
import { append, type By } from '#audit'
import type { Passwords, Throttle } from '#auth'
import { peopleErrors } from './errors.ts'
import { hashOfToken } from './link-token.ts'
import type { LinkStore } from './link-store.ts'
import type { PeopleStore } from './store.ts'

export type PasswordResets = ReturnType<typeof createPasswordResets>

interface PasswordResetsContext {
  store: PeopleStore
  links: LinkStore
  passwords: Passwords
  throttle: Throttle
}

/** Links that set a new password, made by administrators. */
export function createPasswordResets({ store, links, passwords, throttle }: PasswordResetsContext) {
  const open = async (token: string, { address }: By) => {
    const attempt = await throttle.attempt({ kind: 'password_reset', account: null, address: address ?? '' })
    const hash = hashOfToken(token)
    const person = await links.openReset(hash)
    if (!person) throw peopleErrors.password_reset_invalid()
    await attempt.succeeded()
    return { person, hash }
  }

  return {
    /** @throws password_reset_invalid, too_many_attempts */
    async offer(token: string, by: By): Promise<PasswordResetOffer> {
      const { person } = await open(token, by)
      return { email: person.email, expires_at: person.expires_at.toISOString() }
    },

    /** Works once, and ends all sessions of the person. @throws password_reset_invalid, too_many_attempts, password_… */
    async use(token: string, password: string, by: By): Promise<void> {
      const { person, hash } = await open(token, by)
      const { id, name, email } = person
      passwords.refuseGuessable(password, email)
      const passwordHash = await passwords.hash(password)
      await store.transaction(async (tx) => {
        if (!(await links.takeReset(tx, hash))) throw peopleErrors.password_reset_invalid()
        await passwords.set(tx, id, passwordHash)
        await append(
          tx,
          { ...by, actor: { kind: 'person', id, name, email } },
          { action: 'person.set_password', thing: { kind: 'person', id, name: email }, details: { how: 'link' } },
        )
      })
    },

    dropExpired: links.dropExpiredResets,
  }
}
