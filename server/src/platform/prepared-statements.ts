import pg from 'pg'

/** Texts that are told apart; what comes beyond is parsed each time. */
const maxStatements = 200

/**
 * Names for the statements of a pool, by which they stay prepared on each connection that has run them: PostgreSQL then
 * parses them no more, and plans them no more once it finds that a plan for all parameters is as good. For pools that ask
 * the same few statements again and again, over connections of their own: PgBouncer in transaction mode gives another
 * one each time.
 */
export function createPreparedStatements(limit = maxStatements) {
  const names = new Map<string, string>()

  const nameOf = (text: string): string | undefined => {
    const known = names.get(text)
    if (known !== undefined || names.size === limit) return known
    const name = `plenum_${names.size}`
    names.set(text, name)
    return name
  }
  const named = ([text, values, ...rest]: unknown[]): unknown[] => {
    const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined
    return [name === undefined ? text : { name, text }, values, ...rest]
  }

  return {
    /** From now on what is asked over the connection with parameters stays prepared. */
    useOn(client: pg.ClientBase): void {
      const query = (...asked: unknown[]): unknown => Reflect.apply(pg.Client.prototype.query, client, named(asked))
      client.query = query as typeof client.query
    },
  }
}
