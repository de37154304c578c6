import { isImportError } from '@plenum/importer'
import { createLog, isEmbeddedDatabaseError, migrate, migrateJobs } from '#platform'
import { importBuilding } from './commands/import.ts'
import { resetPassword } from './commands/password.ts'
import { serve } from './commands/serve.ts'
import { ConfigError, readConfig, type Role, roles } from './config.ts'
import { StartError } from './server.ts'

const usage = `usage: npm run plenum -- [command]
  (none)             run as PLENUM_ROLE says
  all | web | worker run in that role
  migrate            bring DATABASE_URL to this version, and end
  import <folder>    bring a recorded building in
  password [e-mail]  set a new password`

async function main([command, ...args]: string[]): Promise<void> {
  const config = readConfig(process.env)
  const log = createLog(config.logLevel)
  switch (command) {
    case undefined:
      return serve(config, log)
    case 'migrate': {
      if (config.databaseUrl === null)
        throw new StartError('DATABASE_URL is needed; the embedded database migrates at its start')
      const applied = await migrate(config.databaseUrl, log)
      await migrateJobs(config.databaseUrl)
      console.log(applied.length === 0 ? 'Nothing to do.' : `Applied: ${applied.join(', ')}`)
      return
    }
    case 'import':
      return importBuilding(config, createLog('warn'), args, process.env['PLENUM_API_KEY'])
    case 'password':
      return resetPassword(config, createLog('warn'), args)
    default:
      if (!(roles as readonly string[]).includes(command)) throw new StartError(usage)
      return serve({ ...config, role: command as Role }, log)
  }
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  // What the person who started it can mend is one line; anything else is a fault of ours, with its stack.
  const expected =
    error instanceof ConfigError ||
    error instanceof StartError ||
    isEmbeddedDatabaseError(error) ||
    isImportError(error)
  console.error(expected ? error.message : error)
  process.exitCode = 1
}
