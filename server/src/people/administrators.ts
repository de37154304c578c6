import { append, type By } from '#audit'
import type { Passwords } from '#auth'
import { newRights } from './rights.ts'
import type { PeopleStore } from './store.ts'

/** The first administrator, and the way back in for whoever has the server's command line. */
export function createAdministrators({ store, passwords }: { store: PeopleStore; passwords: Passwords }) {
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

    /** Sets a new password and ends the person's sessions. @returns their e-mail, null where there is no such person. */
    async setPassword(email: string | null, password: string, by: By): Promise<string | null> {
      const person = await (email === null ? store.firstAdministrator() : store.findByEmail(email))
      if (!person) return null
      const hash = await passwords.hash(password)
      await store.transaction(async (tx) => {
        await passwords.set(tx, person.id, hash)
        await append(tx, by, {
          action: 'person.set_password',
          thing: { kind: 'person', id: person.id, name: person.email },
        })
      })
      return person.email
    },

    first: store.firstAdministrator,
  }
}
