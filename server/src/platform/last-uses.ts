import { type Kysely, sql } from 'kysely'
import type { Log } from './log.ts'
import type { Tables } from './database.ts'

export type LastUses<Id> = ReturnType<typeof createLastUses<Id>>

export interface LastUse<Id> {
  id: Id
  /** How long ago, so that the database's clock says when. */
  agoMs: number
}

interface LastUsesContext<Id> {
  /** Writes come at most so often. */
  everyMs: number
  /** All of them in one statement. What it leaves out is not asked for again. */
  write(uses: readonly LastUse<Id>[]): Promise<void>
  /** What it is that is used, for the log. */
  what: string
  log: Log
  now?: () => number
}

/**
 * When things were last used, gathered and written together: a statement for each of them would cost more than the
 * requests that use them (ADR 0028). Lost where the process is killed before the next write.
 */
export function createLastUses<Id>({ everyMs, write, what, log, now = Date.now }: LastUsesContext<Id>) {
  let noted = new Map<Id, number>()
  let begunAtMs = -Infinity
  let timer: NodeJS.Timeout | undefined
  let written = Promise.resolve()

  const writeNoted = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const taken = noted
    if (taken.size === 0) return
    noted = new Map()
    begunAtMs = now()
    try {
      // A clock that was set back says it was just now.
      await write([...taken].map(([id, atMs]) => ({ id, agoMs: Math.max(0, begunAtMs - atMs) })))
    } catch (error) {
      log.warn({ err: error, what }, 'last use not noted yet')
      for (const [id, atMs] of taken) if (!noted.has(id)) note(id, atMs)
    }
  }
  // One at a time, so that whoever waits has all that was noted before.
  const flush = (): Promise<void> => (written = written.then(writeNoted))
  const note = (id: Id, atMs: number): void => {
    noted.set(id, atMs)
    // The first after a quiet time is written at once.
    timer ??= setTimeout(() => void flush(), Math.min(everyMs, Math.max(0, begunAtMs + everyMs - now()))).unref()
  }

  return {
    /** Used at this moment. Nobody waits for it. */
    note: (id: Id): void => note(id, now()),
    /** What was noted before is written now: for whoever shows it, and for the end. Never fails; the log tells. */
    flush,
  }
}

type Column = 'session.last_used_at' | 'person.last_seen_at' | 'api_key.last_used_at' | 'gateway.last_seen_at'

/**
 * One statement for all of them; for the store of the slice that owns the table. It waits for no lock, as whoever holds
 * one may wait for another row of these: what is being changed meanwhile keeps the time that it has until its next use.
 */
export async function writeLastUses<Id extends string | number>(
  db: Kysely<Tables>,
  column: Column,
  uses: readonly LastUse<Id>[],
): Promise<void> {
  const [table, name] = column.split('.') as [string, string]
  const idType = typeof uses[0]?.id === 'number' ? sql`int4[]` : sql`text[]`
  await sql`
    with used as (
      select t.id, now() - make_interval(secs => one.ago_ms / 1000) as at
      from unnest(${uses.map(({ id }) => id)}::${idType}, ${uses.map(({ agoMs }) => agoMs)}::float8[]) as one(id, ago_ms)
      join ${sql.table(table)} t using (id)
      for no key update of t skip locked
    )
    update ${sql.table(table)} t set ${sql.id(name)} = greatest(t.${sql.id(name)}, used.at)
    from used where t.id = used.id`.execute(db)
}
