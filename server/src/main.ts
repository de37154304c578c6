import { isImportError } from '@plenum/importer'
import { createLog, isEmbeddedDatabaseError } from '#platform'
import { Interrupted, watchForEnd } from './commands/ending.ts'
import { importBuilding } from './commands/import.ts'
import { migrateOnly } from './commands/migrate.ts'
import { resetPassword } from './commands/password.ts'
import { applyRetention } from './commands/retention.ts'
import { serve } from './commands/serve.ts'
import { ConfigError, readConfig, type Role, roles } from './config.ts'
import { StartError } from './server.ts'

const usage = `usage: npm run plenum -- [command]
  (none)             run as PLENUM_ROLE says
  all | web | worker run in that role
  migrate            bring DATABASE_URL to this version, and end
  import <folder>    bring a recorded building in
  password [e-mail]  set a new password; with --reset-two-factor switch off codes at sign-in as well
  retention          show how long readings are kept and what would go; --apply drops it`

/** What is left open when all has ended must not keep the process. */
const farewellMs = 3_000

async function main([command, ...args]: string[]): Promise<void> {
  if (command === 'help' || command === '--help' || command === '-h') return console.log(usage)
  const config = readConfig(process.env)
  // On a terminal the lines of the log would bury the address and the password.
  const quiet = !process.env['PLENUM_LOG_LEVEL'] && process.stderr.isTTY
  const isServer = command === undefined || isRole(command)
  const log = createLog(!isServer || quiet ? 'warn' : config.logLevel)
  const ending = watchForEnd(log, { underNpm: process.env['npm_lifecycle_event'] !== undefined })
  try {
    await run()
  } catch (error) {
    // Asked to end in the middle of a start, it may have broken anywhere; that is nobody's concern any more.
    if (!ending.asked.aborted) throw error
    if (!isServer && ending.asked.reason instanceof Interrupted) process.exitCode ??= 130
  }

  async function run(): Promise<void> {
    if (isServer && args.length === 0) return serve(command ? { ...config, role: command } : config, log, ending)
    switch (command) {
      case 'migrate':
        return migrateOnly(config, log, args)
      case 'import':
        return importBuilding(config, log, ending, args, process.env['PLENUM_API_KEY'])
      case 'password':
        return resetPassword(config, log, ending, args)
      case 'retention':
        return applyRetention(config, log, ending, args)
      default:
        throw new StartError(usage)
    }
  }
}

const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)

/** With the causes, without an error's other properties: those of the database driver hold half the program. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}

// Whoever read our output may be gone (`npm start | head -5`, a closed terminal); that is no reason to fall over.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})
try {
  await main(process.argv.slice(2))
} catch (error) {
  // What the person who started it can mend is one line; anything else is a fault of ours, with its stack.
  const expected =
    error instanceof ConfigError ||
    error instanceof StartError ||
    isEmbeddedDatabaseError(error) ||
    isImportError(error)
  console.error(expected ? error.message : describe(error))
  process.exitCode = 1
}
setTimeout(() => process.exit(), farewellMs).unref()
