import { createHash, createHmac, randomBytes } from 'node:crypto'
import type pg from 'pg'

/**
 * Viewers of one building, each with an open session. Put into the tables: a thousand passwords would take minutes to
 * hash, and how long that takes is not what is measured.
 * @returns the value of each one's Cookie header
 */
export async function signInPeople(client: pg.Client, buildingId: number, count: number): Promise<string[]> {
  const { rows } = await client.query<{ value: string }>(
    "select value from installation_secret where name = 'session_cookies'",
  )
  const secret = rows[0]?.value as string
  const people = Array.from({ length: count }, () => {
    return { id: randomBytes(16).toString('hex'), token: randomBytes(24).toString('base64url') }
  })
  const ids = people.map(({ id }) => id)
  await client.query(
    "insert into person (id, name, email, role) select id, 'Viewer', id || '@plenum.local', 'viewer' from unnest($1::text[]) id",
    [ids],
  )
  await client.query('insert into person_scope (person_id, building_id) select id, $2 from unnest($1::text[]) id', [
    ids,
    buildingId,
  ])
  await client.query(
    `insert into session (id, user_id, token, expires_at)
     select id, id, token, now() + interval '7 days' from unnest($1::text[], $2::text[]) as one(id, token)`,
    [ids, people.map(({ token }) => createHash('sha256').update(token).digest('hex'))],
  )
  return people.map(({ token }) => {
    const signature = createHmac('sha256', secret).update(token).digest('base64')
    return `plenum.session_token=${encodeURIComponent(`${token}.${signature}`)}`
  })
}
