import type { By } from '#audit'
import type { SignIn } from './sign-in.ts'
import type { AuthStore } from './store.ts'

/** The first administrator, and the way back in for whoever has the server's command line. */
export function createAdministrators({ store, signIn }: { store: AuthStore; signIn: SignIn }) {
  const hashOf = async (password: string): Promise<string> => (await signIn.$context).password.hash(password)

  return {
    missing: async (): Promise<boolean> => !(await store.hasPeople()),

    create: async (email: string, password: string, by: By): Promise<void> =>
      store.addPerson(
        { email: email.toLowerCase(), name: 'Administrator', role: 'administrator', sees_presence: true },
        await hashOf(password),
        by,
      ),

    /** Sets a new password and ends the person's sessions. @returns their e-mail, null where there is no such person. */
    async setPassword(email: string | null, password: string, by: By): Promise<string | null> {
      const person = await (email === null ? store.firstAdministrator() : store.findPerson(email))
      if (!person) return null
      await store.setPassword(person, await hashOf(password), by)
      return person.email
    },

    first: store.firstAdministrator,
  }
}
