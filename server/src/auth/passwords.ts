import type { Kysely } from 'kysely'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { Tables } from '#platform'
import { isCommon } from './common-passwords.ts'
import { authErrors } from './errors.ts'
import type { SignIn } from './sign-in.ts'
import type { AuthStore } from './store.ts'

export type Passwords = ReturnType<typeof createPasswords>

/** Whoever found an open session must not find out its password from there. */
const guesses = { points: 10, duration: 60 }

/** Passwords as the sign-in library hashes them (scrypt); nobody else reads or writes one. */
export function createPasswords({ store, signIn }: { store: AuthStore; signIn: SignIn }) {
  const guessed = new RateLimiterMemory(guesses)

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

    /** @throws too_many_attempts */
    isCorrect: async (personId: string, password: string): Promise<boolean> => {
      await guessed.consume(personId).catch(({ msBeforeNext }: { msBeforeNext: number }) => {
        throw authErrors.too_many_attempts({ retryAfterS: Math.max(1, Math.ceil(msBeforeNext / 1_000)) })
      })
      const hash = await store.passwordHash(personId)
      return hash !== null && (await signIn.$context).password.verify({ hash, password })
    },

    /** In place of the old one, with which every session goes that was opened with it; `exceptSessionId` stays. */
    set: async (tx: Kysely<Tables>, personId: string, hash: string, exceptSessionId?: string): Promise<void> => {
      await store.setPassword(tx, personId, hash)
      await store.endSessions(tx, personId, exceptSessionId)
    },
  }
}
