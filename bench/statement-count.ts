import type pg from 'pg'

export interface Counted {
  /** A second. */
  perS: number
  /** Those that were most, by their text. */
  most: { text: string; perS: number }[]
}

const setting = 'shared_preload_libraries'

/** For the next start of the database. */
export async function preloadStatementCount(client: pg.Client): Promise<void> {
  await client.query(`alter system set ${setting} = 'pg_stat_statements'`)
}

/** Counts statements of everybody in this database but itself (pg_stat_statements). */
export async function createStatementCount(client: pg.Client) {
  await client.query('create extension if not exists pg_stat_statements')
  return async (work: () => Promise<unknown>): Promise<Counted> => {
    await client.query('select pg_stat_statements_reset()')
    const startedMs = performance.now()
    await work()
    const s = (performance.now() - startedMs) / 1_000
    const { rows } = await client.query<{ text: string; calls: string }>(`
      select query as text, sum(calls) as calls from pg_stat_statements s join pg_database d on d.oid = s.dbid
      where d.datname = current_database() and query not like '%pg_stat_statements%'
      group by query order by sum(calls) desc`)
    const counted = rows.map(({ text, calls }) => ({ text, perS: Number(calls) / s }))
    return { perS: counted.reduce((sum, { perS }) => sum + perS, 0), most: counted.slice(0, 5) }
  }
}
