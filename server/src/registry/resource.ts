import { IdParams, largestId, Page } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { byOf, type Action, callerOf, type Scope, scopeOf } from '#auth'
import { type App, commonErrors, decodeCursor, encodeCursor } from '#platform'
import type { Writer } from './told-writes.ts'

/**
 * One thing of the registry as a REST resource: list, get, create, patch and delete, with the same paging, statuses
 * and documentation for all.
 */
export interface Resource {
  path: string
  /** Singular and plural, for the documentation. */
  names: [one: string, many: string]
  schemas: { item: TSchema; input: TSchema; patch: TSchema; query: TSchema; deletion?: TSchema }
  /** What those who write must be allowed to do; whoever may read sees what is within their scope. */
  access: { create: Action; patch: Action; remove: Action }
  /** At most `limit` + 1 things after the id, in order of id. */
  list(scope: Scope, filter: Record<string, never>, after: number, limit: number): Promise<{ id: number }[]>
  /** Out of scope is not there: also for those below, and for parents that a body names. */
  get(scope: Scope, id: number): Promise<unknown>
  create(writer: Writer, input: never): Promise<{ id: number }>
  patch(writer: Writer, id: number, patch: never): Promise<unknown>
  remove(writer: Writer, id: number, query: never): Promise<void>
}

/** @throws cursor_invalid also for the cursor of another list */
function idAfter(cursor: string, path: string): number {
  const [list, id] = decodeCursor(cursor, ['string', 'number'] as const)
  if (list !== path || id < 1 || id > largestId) throw commonErrors.cursor_invalid()
  return id
}

const NoContent = Type.Null({ description: 'Done' })

export function addResource(app: App, resource: Resource): void {
  const { path, schemas, access } = resource
  const [one, many] = resource.names
  const tags = ['Registry']
  const see = { access: 'read' } as const
  const problems = [409, 422]
  const idOf = (params: unknown) => (params as { id: number }).id
  const writerOf = (request: FastifyRequest): Writer => ({ scope: scopeOfCaller(request), by: byOf(request) })
  const scopeOfCaller = (request: FastifyRequest): Scope => scopeOf(callerOf(request))

  app.get(
    path,
    {
      config: see,
      schema: {
        summary: `List ${many}, as far as you may see them`,
        tags,
        querystring: schemas.query,
        response: { 200: Page(schemas.item) },
      },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query as { limit: number; cursor?: string }
      const after = cursor === undefined ? 0 : idAfter(cursor, path)
      const found = await resource.list(scopeOfCaller(request), filter as Record<string, never>, after, limit)
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, next_cursor: found.length > limit && last ? encodeCursor([path, last.id]) : null }
    },
  )
  app.get(
    `${path}/:id`,
    { config: see, schema: { summary: `Get a ${one}`, tags, params: IdParams, response: { 200: schemas.item } } },
    (request) => resource.get(scopeOfCaller(request), idOf(request.params)),
  )
  app.post(
    path,
    {
      config: { access: access.create, problems },
      schema: { summary: `Create a ${one}`, tags, body: schemas.input, response: { 201: schemas.item } },
    },
    async (request, reply) => {
      const item = await resource.create(writerOf(request), request.body as never)
      return reply.code(201).header('location', `${path}/${item.id}`).send(item)
    },
  )
  app.patch(
    `${path}/:id`,
    {
      config: { access: access.patch, problems },
      schema: {
        summary: `Change a ${one}`,
        tags,
        params: IdParams,
        body: schemas.patch,
        response: { 200: schemas.item },
      },
    },
    (request) => resource.patch(writerOf(request), idOf(request.params), request.body as never),
  )
  app.delete(
    `${path}/:id`,
    {
      config: { access: access.remove, problems },
      schema: {
        summary: `Delete a ${one}`,
        tags,
        params: IdParams,
        ...(schemas.deletion && { querystring: schemas.deletion }),
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await resource.remove(writerOf(request), idOf(request.params), request.query as never)
      return reply.code(204).send(null)
    },
  )
}
