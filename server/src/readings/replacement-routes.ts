import { Closed, Id, IdParams, MeterReplacement, MeterReplacementInput } from '@plenum/contract'
import { Type } from 'typebox'
import { byOf, callerOf, personOf, scopeOf } from '#auth'
import type { App } from '#platform'
import type { Replacements } from './replacements.ts'

const tags = ['Meter replacements']
const path = '/api/sensors/:id/meter-replacements'

export function replacementRoutes(app: App, replacements: Replacements): void {
  app.get(
    path,
    {
      config: { access: 'read' },
      schema: {
        summary: 'Replacements of the meter behind a counter, withdrawn ones too',
        tags,
        params: IdParams,
        response: { 200: Type.Object({ items: Type.Array(MeterReplacement) }) },
      },
    },
    async (request) => ({ items: await replacements.list(request.params.id, scopeOf(callerOf(request))) }),
  )
  app.post(
    path,
    {
      config: { access: 'commission', problems: [409, 422] },
      schema: {
        summary: 'Declare that the meter behind a counter was replaced',
        description:
          'Between the last good reading before the instant and the first one from then on, `increase` counts what the old meter rose to its final reading and the new one from its first; a final reading below what the meter sent before counts nothing. It holds for the past at once. An entry is never edited: withdraw it and declare another.',
        tags,
        params: IdParams,
        body: MeterReplacementInput,
        response: { 201: MeterReplacement },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      return reply.code(201).send(await replacements.declare(id, request.body, personOf(request), byOf(request)))
    },
  )
  app.post(
    `${path}/:replacement_id/withdraw`,
    {
      config: { access: 'commission', problems: [409] },
      schema: {
        summary: 'Withdraw a meter replacement: it stays in the list and counts no more',
        tags,
        params: Closed({ id: Id, replacement_id: Id }),
        response: { 200: MeterReplacement },
      },
    },
    (request) =>
      replacements.withdraw(request.params.id, request.params.replacement_id, personOf(request), byOf(request)),
  )
}
