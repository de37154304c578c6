import assert from 'node:assert/strict'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

/** An API key, or enough of one to be it. */
const apiKey = /plenum_[\w-]{20,}/

/**
 * Looks for secrets in the audit log and in what was logged: passwords as given, and all that the database keeps of
 * passwords, sessions, keys and of its own.
 * @returns what was found where
 */
export async function findSecrets(
  db: Kysely<Tables>,
  logged: readonly string[],
  passwords: readonly string[],
): Promise<string[]> {
  const { rows: kept } = await sql<{ what: string; secret: string }>`
    select 'hash of a password' as what, password as secret from credential where password is not null
    union all select 'token of a session', token from session
    union all select 'secret of the installation', value from installation_secret
    union all select 'hash of a key', encode(hash, 'hex') from api_key
    union all select 'hash of a key', encode(hash, 'base64') from api_key`.execute(db)
  for (const what of ['hash of a password', 'token of a session', 'secret of the installation', 'hash of a key'])
    assert.ok(
      kept.some((one) => one.what === what),
      `there is no ${what} that could be found`,
    )
  const secrets = [...kept, ...passwords.map((secret) => ({ what: 'password', secret }))]
  const { rows: entries } = await sql<{ text: string }>`select e::text as text from audit_entry e`.execute(db)
  const texts = [...entries.map(({ text }) => ['the audit log', text]), ...logged.map((line) => ['a log line', line])]
  return texts.flatMap(([where, text = '']) => [
    ...secrets.filter(({ secret }) => text.includes(secret)).map(({ what }) => `a ${what} in ${where}: ${text}`),
    ...(apiKey.test(text) ? [`a key in ${where}: ${text}`] : []),
  ])
}
