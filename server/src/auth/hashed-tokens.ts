import type { DBAdapter, DBTransactionAdapter, Where } from 'better-auth/adapters'
import { hashOfToken } from './session-cookie.ts'

type Asked = { model: string; where?: Where[] }
type Operation = (asked: Asked) => Promise<unknown>

const byWhere = [
  'findOne',
  'findMany',
  'count',
  'update',
  'updateMany',
  'delete',
  'deleteMany',
  'consumeOne',
  'incrementOne',
] as const

/**
 * The sign-in library keeps session tokens as they are. Between it and the tables this puts hashes in their place: what
 * is written and looked for is hashed, and a session that was found by its token has that token again.
 * Sessions that were found otherwise (those of a person) show the hash, which opens nothing: they are ended by id.
 */
export function hashTokens(adapter: DBAdapter): DBAdapter {
  return {
    ...adapter,
    ...hashing(adapter),
    transaction: (work) => adapter.transaction((tx) => work({ ...tx, ...hashing(tx) })),
  }
}

function hashing(adapter: DBTransactionAdapter): Partial<DBTransactionAdapter> {
  const wrapped = byWhere.map((name) => [name, whereHashed(adapter[name] as Operation)] as const)
  return {
    ...(Object.fromEntries(wrapped) as Partial<DBTransactionAdapter>),
    create: async (asked) => {
      const { token } = asked.data as { token?: unknown }
      if (asked.model !== 'session' || typeof token !== 'string') return adapter.create(asked)
      const created = await adapter.create({ ...asked, data: { ...asked.data, token: hashOfToken(token) } })
      return { ...created, token } as never
    },
  }
}

const whereHashed =
  (operation: Operation): Operation =>
  async (asked) => {
    if (asked.model !== 'session' || asked.where === undefined) return operation(asked)
    const tokens = new Map<unknown, string>()
    const hashed = (token: string): string => {
      const hash = hashOfToken(token)
      tokens.set(hash, token)
      return hash
    }
    const where = asked.where.map((condition) => {
      const { field, value } = condition
      if (field !== 'token') return condition
      return {
        ...condition,
        value: Array.isArray(value) ? value.map((one) => hashed(String(one))) : hashed(String(value)),
      }
    })
    const restored = (row: unknown): unknown => {
      if (typeof row !== 'object' || row === null || !('token' in row)) return row
      return { ...row, token: tokens.get(row.token) ?? row.token }
    }
    const found = await operation({ ...asked, where })
    return Array.isArray(found) ? found.map(restored) : restored(found)
  }
