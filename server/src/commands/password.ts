import type { Logger } from 'pino'
import { generatePassword } from '#auth'
import type { Config } from '../config.ts'
import { StartError } from '../server.ts'
import { withServices } from './with-services.ts'

/** The way back in for whoever may use the server's files: a new password for a person, the first one by default. */
export async function resetPassword(config: Config, log: Logger, args: string[]): Promise<void> {
  const [email = null] = args
  await withServices(config, log, async ({ auth }) => {
    const password = generatePassword()
    const changed = await auth.administrators.setPassword(email, password)
    if (changed === null)
      throw new StartError(email === null ? 'nobody has an account yet' : `nobody signs in as ${email}`)
    console.log(`Sign in as    ${changed}\nwith password ${password}\n\nAll sessions of ${changed} have ended.`)
  })
}
