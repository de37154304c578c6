import { append, type By } from '#audit'
import type { Auth, Passwords } from '#auth'
import { newRights } from './rights.ts'
import type { PeopleStore } from './store.ts'

interface AdministratorsContext {
  store: PeopleStore
  passwords: Passwords
  twoFactor: Auth['twoFactor']
}

/** The first administrator, and the way back in for whoever has the server's command line. */
export function createAdministrators({ store, passwords, twoFactor }: AdministratorsContext) {
  return {
    missing: async (): Promise<boolean> => !(await store.hasPeople()),

    create: async (email: string, password: string, by: By): Promise<void> => {
      const hash = await passwords.hash(password)
      const [name, rights] = ['Administrator', newRights({ role: 'administrator' })]
      await store.transaction(async (tx) => {
        const id = await store.add(tx, { email, name }, rights)
        await passwords.set(tx, id, hash)
        const after = { email: email.toLowerCase(), name, role: rights.role }
        await append(tx, by, { action: 'person.create', thing: { kind: 'person', id, name: after.email }, after })
      })
    },

    /**
     * Sets a new password and ends the person's sessions.
     * @param alsoTwoFactor switches that off too. @returns their e-mail, null where there is no such person
     */
    async setPassword(email: string | null, password: string, by: By, alsoTwoFactor = false): Promise<string | null> {
      const person = await (email === null ? store.firstAdministrator() : store.findByEmail(email))
      if (!person) return null
      const hash = await passwords.hash(password)
      await store.transaction(async (tx) => {
        const thing = { kind: 'person', id: person.id, name: person.email }
        await passwords.set(tx, person.id, hash)
        await append(tx, by, { action: 'person.set_password', thing })
        if (alsoTwoFactor && (await twoFactor.remove(tx, person.id)))
          await append(tx, by, { action: 'two_factor.reset', thing })
      })
      return person.email
    },

    first: store.firstAdministrator,
  }
}
