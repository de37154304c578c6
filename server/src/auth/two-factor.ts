import { randomBytes } from 'node:crypto'
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto'
import type { CodeGiven, TwoFactorStatus } from '@plenum/contract'
import type { Kysely } from 'kysely'
import type { By } from '#audit'
import type { Clock, Tables } from '#platform'
import { authErrors } from './errors.ts'
import {
  codeUri,
  createCodeSecret,
  createRecoveryCode,
  recoveryCodeCount,
  recoveryCodeHash,
  stepOfCode,
} from './one-time-code.ts'
import type { Passwords } from './passwords.ts'
import type { AuthStore } from './store.ts'
import type { Throttle } from './throttle.ts'
import type { TwoFactorStore } from './two-factor-store.ts'

export type TwoFactor = ReturnType<typeof createTwoFactor>
export type SecondFactor = 'code' | 'recovery_code'

/** A person about their own sign-in. */
export interface Owner {
  id: string
  email: string
  by: By
  /** The device, where it proved that they have signed in on it. */
  device: string | null
}

interface TwoFactorContext {
  store: TwoFactorStore
  endSessions: AuthStore['endSessions']
  passwords: Pick<Passwords, 'prove'>
  throttle: Throttle
  /** Encrypts what codes are made from, and keys the hashes of recovery codes. */
  secret: string
  clock: Clock
}

/** Codes of an authenticator app as a second factor, and recovery codes for the day it is lost (ADR 0018). */
export function createTwoFactor({ store, endSessions, passwords, throttle, secret, clock }: TwoFactorContext) {
  const thingOf = ({ id, email }: Owner) => ({ kind: 'person', id, name: email })

  const newRecoveryCodes = async (tx: Kysely<Tables>, personId: string): Promise<string[]> => {
    const codes = Array.from({ length: recoveryCodeCount }, () => createRecoveryCode(randomBytes))
    const hashes = codes.map((code) => recoveryCodeHash(secret, personId, code))
    await store.setRecoveryCodes(tx, personId, hashes)
    return codes
  }

  const useCode = async (tx: Kysely<Tables>, personId: string, held: Held, code: string): Promise<boolean> => {
    const key = await symmetricDecrypt({ key: secret, data: held.secret })
    const step = stepOfCode(code, key, held.last_step, clock.now())
    if (step !== null) await store.useStep(tx, personId, step)
    return step !== null
  }

  /** Uses up what was given. @returns null where it is wrong, was used, or nothing is on */
  const take = async (tx: Kysely<Tables>, personId: string, given: CodeGiven): Promise<SecondFactor | null> => {
    const held = await store.lock(tx, personId)
    if (!held?.enabled_at) return null
    const { code, recovery_code } = given
    if (code !== undefined) return (await useCode(tx, personId, held, code)) ? 'code' : null
    const hash = recoveryCodeHash(secret, personId, recovery_code ?? '')
    return (await store.useRecoveryCode(tx, personId, hash)) ? 'recovery_code' : null
  }

  /** Counted as a guess unless the work is done. @throws too_many_attempts, and what the work throws */
  const counted = async <T>(owner: Owner, work: (tx: Kysely<Tables>) => Promise<T>): Promise<T> => {
    const { email: account, device, by } = owner
    const attempt = await throttle.attempt({ kind: 'second_factor', account, address: by.address ?? '', device })
    const done = await store.transaction(work)
    await attempt.succeeded()
    return done
  }

  /** Password and code, then the work, all or nothing. @throws current_password_wrong, code_wrong, two_factor_off */
  const proven = async <T>(
    owner: Owner,
    { password, ...given }: CodeGiven & { password: string },
    work: (tx: Kysely<Tables>) => Promise<T>,
  ): Promise<T> => {
    if (!(await store.isEnabled(owner.id))) throw authErrors.two_factor_off()
    await passwords.prove(owner, password, owner.by.address ?? '')
    return counted(owner, async (tx) => {
      if ((await take(tx, owner.id, given)) === null) throw authErrors.code_wrong()
      return work(tx)
    })
  }

  return {
    take,
    counted,
    isEnabled: store.isEnabled,
    /** @returns false where none was on */
    remove: store.remove,

    async status(personId: string): Promise<TwoFactorStatus> {
      const { enabledAt, codes } = await store.status(personId)
      const enabled = enabledAt !== null
      return { enabled, enabled_at: enabledAt?.toISOString() ?? null, recovery_codes_left: enabled ? codes : 0 }
    },

    /** Nothing is asked at sign-in before a code has been given. @throws current_password_wrong, two_factor_on, … */
    async begin(owner: Owner, password: string): Promise<{ secret: string; uri: string }> {
      await passwords.prove(owner, password, owner.by.address ?? '')
      const key = createCodeSecret()
      const encrypted = await symmetricEncrypt({ key: secret, data: key })
      if (!(await store.begin(owner.id, encrypted))) throw authErrors.two_factor_on()
      return { secret: key, uri: codeUri(key, owner.email) }
    },

    /**
     * With the first code of the app: whoever gives it has what `begin` answered to a correct password. All their
     * other sessions end, as none of them was opened with a code.
     * @returns recovery codes, which nobody sees again. @throws code_wrong, two_factor_on, two_factor_not_begun
     */
    enable: (owner: Owner, code: string, sessionId: string): Promise<string[]> =>
      counted(owner, async (tx) => {
        const held = await store.lock(tx, owner.id)
        if (held?.enabled_at) throw authErrors.two_factor_on()
        if (!held?.is_fresh) throw authErrors.two_factor_not_begun('Begin again: an hour at most may pass.')
        if (!(await useCode(tx, owner.id, held, code))) throw authErrors.code_wrong()
        await store.enable(tx, owner.id)
        const codes = await newRecoveryCodes(tx, owner.id)
        await endSessions(tx, owner.id, sessionId)
        await store.append(tx, owner.by, { action: 'two_factor.enable', thing: thingOf(owner) })
        return codes
      }),

    disable: (owner: Owner, given: CodeGiven & { password: string }): Promise<void> =>
      proven(owner, given, async (tx) => {
        await store.remove(tx, owner.id)
        await store.append(tx, owner.by, { action: 'two_factor.disable', thing: thingOf(owner) })
      }),

    /** In place of those there were. @returns them, which nobody sees again */
    renewRecoveryCodes: (owner: Owner, given: CodeGiven & { password: string }): Promise<string[]> =>
      proven(owner, given, async (tx) => {
        const codes = await newRecoveryCodes(tx, owner.id)
        await store.append(tx, owner.by, { action: 'recovery_codes.create', thing: thingOf(owner) })
        return codes
      }),
  }
}

interface Held {
  secret: string
  last_step: number
}
