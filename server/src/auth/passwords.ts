import type { Kysely } from 'kysely'
import type { Tables } from '#platform'
import { isCommon } from './common-passwords.ts'
import { authErrors } from './errors.ts'
import type { SignIn } from './sign-in.ts'
import type { AuthStore } from './store.ts'
import type { Throttle } from './throttle.ts'

export type Passwords = ReturnType<typeof createPasswords>

interface PasswordsContext {
  store: AuthStore
  signIn: SignIn
  throttle: Throttle
}

/** Passwords as the sign-in library hashes them (scrypt); nobody else reads or writes one. */
export function createPasswords({ store, signIn, throttle }: PasswordsContext) {
  return {
    /** Takes a twentieth of a second of one core, so what may refuse the request goes before it. */
    hash: async (password: string): Promise<string> => (await signIn.$context).password.hash(password),

    /** What schemas can't say: guessers try the e-mail and the common ones first. @throws password_is_email, password_common */
    refuseGuessable(password: string, email: string): void {
      const lower = password.toLowerCase()
      if (lower === email.toLowerCase() || lower === email.toLowerCase().split('@')[0])
        throw authErrors.password_is_email()
      if (isCommon(password)) throw authErrors.password_common()
    },

    /**
     * Whoever found an open session must not find out its password from there.
     * @param address `request.ip`. @throws current_password_wrong, too_many_attempts
     */
    async prove(person: { id: string; email: string }, password: string, address: string): Promise<void> {
      const attempt = await throttle.attempt({ kind: 'current_password', account: person.email, address })
      const hash = await store.passwordHash(person.id)
      const isRight = hash !== null && (await (await signIn.$context).password.verify({ hash, password }))
      if (!isRight) throw authErrors.current_password_wrong()
      await attempt.succeeded()
    },

    /** In place of the old one, with which every session goes that was opened with it; `exceptSessionId` stays. */
    set: async (tx: Kysely<Tables>, personId: string, hash: string, exceptSessionId?: string): Promise<void> => {
      await store.setPassword(tx, personId, hash)
      await store.endSessions(tx, personId, exceptSessionId)
    },
  }
}
