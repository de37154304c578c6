import { existsSync } from 'node:fs'
import { bySystem } from '#audit'
import { generatePassword } from '#auth'
import type { Log } from '#platform'
import type { Config } from '../config.ts'
import { StartError } from '../server.ts'
import type { Ending } from './ending.ts'
import { withServices } from './with-services.ts'

/** For whoever has lost their authenticator app as well. */
const alsoTwoFactor = '--reset-two-factor'

/** The way back in for whoever may use the server's files: a new password for a person, the first one by default. */
export async function resetPassword(config: Config, log: Log, ending: Ending, args: string[]): Promise<void> {
  const others = args.filter((arg) => arg !== alsoTwoFactor)
  const [email = null] = others
  if (others.length > 1 || email?.startsWith('-'))
    throw new StartError(`usage: npm run plenum -- password [e-mail] [${alsoTwoFactor}]`)
  const nobody = 'nobody has an account yet; start the server once with npm start'
  // Not even a database: making one only to find nobody in it would help nobody.
  if (config.databaseUrl === null && !existsSync(config.dataDir)) throw new StartError(nobody)
  await withServices(config, log, ending.asked, async ({ people }) => {
    const password = generatePassword()
    const by = bySystem('plenum password')
    const changed = await people.administrators.setPassword(email, password, by, args.includes(alsoTwoFactor))
    if (changed === null) throw new StartError(email === null ? nobody : `nobody signs in as ${email}`)
    console.log(`Sign in as    ${changed}\nwith password ${password}\n\nAll sessions of ${changed} have ended.`)
  })
}
