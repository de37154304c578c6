import { type Kysely, sql } from 'kysely'
import type { Tables } from '#platform'

const dayMs = 86_400_000
/** Any number, as long as nothing else on this database takes it. */
const lockKey = 0x706172746974

/** Half-open, in milliseconds since 1970. */
export interface Span {
  fromMs: number
  toMs: number
}

const monthOf = (ms: number): Span => {
  const date = new Date(ms)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return { fromMs: Date.UTC(year, month), toMs: Date.UTC(year, month + 1) }
}

const dayOf = (ms: number): Span => {
  const fromMs = Math.floor(ms / dayMs) * dayMs
  return { fromMs, toMs: fromMs + dayMs }
}

const overlaps = (a: Span, b: Span): boolean => a.fromMs < b.toMs && b.fromMs < a.toMs

/**
 * The span of the partition that should hold an instant: a UTC day; but a whole month where the month ended over two
 * months ago and has no days yet. A gateway whose clock restarts in 1990 makes at most 440 partitions, not 13,000, and
 * every query's planning pays for each of them. Pure.
 */
export function spanFor(atMs: number, nowMs: number, existing: readonly Span[]): Span {
  const month = monthOf(atMs)
  const old = month.toMs < nowMs - 62 * dayMs
  return old && !existing.some((span) => overlaps(span, month)) ? month : dayOf(atMs)
}

export const partitionName = ({ fromMs, toMs }: Span): string => {
  const from = new Date(fromMs).toISOString().replaceAll('-', '')
  return `reading_${toMs - fromMs === dayMs ? from.slice(0, 8) : from.slice(0, 6)}`
}

/** The span that a partition's name tells; null for a name that is not ours. */
export function spanOf(name: string): Span | null {
  const [, year, month, day] = /^reading_(\d{4})(\d\d)(\d\d)?$/.exec(name) ?? []
  if (year === undefined || month === undefined) return null
  const fromMs = Date.UTC(Number(year), Number(month) - 1, Number(day ?? 1))
  return day === undefined ? monthOf(fromMs) : dayOf(fromMs)
}

/** Partitions of `reading`: those that exist are remembered, those that are missing made. */
export function createPartitions(db: Kysely<Tables>) {
  let known: Span[] = []

  const list = async (from: Kysely<Tables>): Promise<Span[]> => {
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'reading'::regclass`.execute(from)
    return rows.map(({ name }) => spanOf(name)).filter((span) => span !== null)
  }

  /**
   * A table is made by itself and then attached: `create table … partition of` would lock out every reader and writer
   * of `reading` for as long as the longest of them runs.
   */
  const make = async (tx: Kysely<Tables>, span: Span): Promise<void> => {
    const name = sql.table(partitionName(span))
    const from = sql.lit(new Date(span.fromMs).toISOString())
    const to = sql.lit(new Date(span.toMs).toISOString())
    await sql`create table ${name} (like reading including defaults including constraints)`.execute(tx)
    await sql`alter table reading attach partition ${name} for values from (${from}) to (${to})`.execute(tx)
  }

  return {
    /** After this, every instant has its partition. Costs nothing where they exist. */
    async ensure(instantsMs: Iterable<number>, nowMs: number): Promise<void> {
      const missing = new Set<number>()
      let last: Span | undefined
      for (const atMs of instantsMs) {
        if (last && atMs >= last.fromMs && atMs < last.toMs) continue
        last = known.find((span) => atMs >= span.fromMs && atMs < span.toMs)
        if (!last) missing.add(dayOf(atMs).fromMs)
      }
      if (missing.size === 0) return
      await db.transaction().execute(async (tx) => {
        await sql`select pg_advisory_xact_lock(${lockKey})`.execute(tx)
        const spans = await list(tx)
        for (const atMs of missing) {
          if (spans.some((span) => atMs >= span.fromMs && atMs < span.toMs)) continue
          const span = spanFor(atMs, nowMs, spans)
          await make(tx, span)
          spans.push(span)
        }
        known = spans
      })
    },

    /** What is known may be wrong, e.g. another instance dropped an emptied partition. */
    forget: () => {
      known = []
    },
  }
}
