import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bySystem } from '#audit'
import { generatePassword } from '#auth'
import type { Config } from '../config.ts'
import { type RunningServer, StartError } from '../server.ts'

const by = bySystem('plenum start')
const defaultEmail = 'admin@plenum.local'

/** An external database may be reached by many: nobody's password is made up and printed there. */
export function refuseWithoutAdministrator({ databaseUrl, admin }: Config): void {
  if (databaseUrl === null || admin.password !== null) return
  throw new StartError('PLENUM_ADMIN_PASSWORD (and PLENUM_ADMIN_EMAIL): needed, the database has no administrator yet')
}

/** Prints where it runs and, once, the password that was made for the first administrator. */
export async function introduce(config: Config, server: RunningServer, fresh: boolean): Promise<void> {
  const { administrators } = server.services.people
  const email = config.admin.email ?? defaultEmail
  const create = async (password: string): Promise<void> => {
    try {
      await administrators.create(email, password, by)
    } catch (error) {
      // Another instance that started at the same time on the same database was faster.
      if (await administrators.missing()) throw error
    }
  }
  const running = `\n  Plenum is running at ${config.publicUrl ?? server.address}\n`
  if (fresh && config.admin.password !== null) {
    await create(config.admin.password)
    return console.log(`${running}\n  Sign in as ${email} with the password in PLENUM_ADMIN_PASSWORD.\n`)
  }
  if (server.embedded === null) return console.log(running)

  // A password counts before it is printed, so that it works for whoever reads it; and until it is printed there is
  // this file, so that a kill in between does not lock everybody out.
  const notShown = join(config.dataDir, 'password-not-shown')
  if (!fresh && !existsSync(notShown)) {
    const first = await administrators.first()
    return console.log(`${running}\n  Sign in as ${first?.email}. Password lost? npm run plenum -- password\n`)
  }
  const password = generatePassword()
  await writeFile(notShown, '', { mode: 0o600 })
  if (fresh) await create(password)
  const signInAs = fresh ? email : await administrators.setPassword(null, password, by)
  console.log(`${running}\n  Sign in as    ${signInAs}\n  with password ${password}\n\n  It is shown only now.\n`)
  await rm(notShown, { force: true })
}
