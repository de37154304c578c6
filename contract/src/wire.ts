import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'

/** Shapes that every other schema of the contract is made of. */

/** A row's identity: a positive int4. */
export const largestId = 2_147_483_647
export const Id = Type.Integer({ minimum: 1, maximum: largestId })

/** RFC 3339 with a zone; answered in UTC. */
export const Timestamp = Type.String({ format: 'date-time', examples: ['2026-11-23T10:15:00Z'] })

/** A name a person gave: well-formed Unicode without control characters (PostgreSQL can't keep U+0000). */
export const Name = Type.String({ minLength: 1, maxLength: 200, format: 'text', examples: ['Meeting room A'] })

/** `type: [T, 'null']` where T is a plain type: it validates and serialises many times faster than `anyOf`. */
export const Nullable = <T extends TSchema>(schema: T) => {
  const type = (schema as { type?: unknown }).type
  const plain = type === 'string' || type === 'number' || type === 'integer'
  return Type.Unsafe<Static<T> | null>(
    plain ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] },
  )
}

/** An object that refuses fields it does not know. */
export const Closed = <T extends TProperties>(properties: T, options: Record<string, unknown> = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options })

/** Any of the input's fields; closed like it, which `Type.Partial` alone would not be. */
export const Patch = <T extends TProperties>(input: TObject<T>) => Type.Partial(input, { additionalProperties: false })

export const IdParams = Closed({ id: Id })

/** `next_cursor` is null on the last page. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next_cursor: Nullable(Type.String()) })

/** Keyset paging: pass `next_cursor` back as `cursor` until it is null. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
}

/** RFC 9457; `code` is stable and never used again for something else. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    code: Type.String(),
    request_id: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), detail: Type.String() }))),
  },
  { $id: 'Problem', title: 'Problem' },
)
export type Problem = Static<typeof Problem>
