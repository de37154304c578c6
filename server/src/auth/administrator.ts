import type { SignIn } from './sign-in.ts'
import type { AuthStore } from './store.ts'

/** The first administrator, and the way back in for whoever has the server's command line. */
export function createAdministrators({ store, signIn }: { store: AuthStore; signIn: SignIn }) {
  return {
    missing: async (): Promise<boolean> => !(await store.hasPeople()),

    async create(email: string, password: string): Promise<void> {
      const { internalAdapter, password: hashing } = await signIn.$context
      const hash = await hashing.hash(password)
      const account = { email, name: 'Administrator', emailVerified: true }
      const user = await internalAdapter.createUser(account, { method: 'admin' })
      await internalAdapter.linkAccount({
        userId: user.id,
        accountId: user.id,
        providerId: 'credential',
        password: hash,
      })
    },

    /** Sets a new password and ends the person's sessions. @returns their e-mail, null where there is no such person. */
    async setPassword(email: string | null, password: string): Promise<string | null> {
      const { internalAdapter, password: hashing } = await signIn.$context
      const person = email === null ? await store.firstPerson() : (await internalAdapter.findUserByEmail(email))?.user
      if (!person) return null
      await internalAdapter.updatePassword(person.id, await hashing.hash(password))
      await internalAdapter.deleteUserSessions(person.id)
      return person.email
    },

    first: store.firstPerson,
  }
}
