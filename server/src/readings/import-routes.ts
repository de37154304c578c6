import type { Readable } from 'node:stream'
import { IngestAnswer, ingestLimits, ReadingRun } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import type { Principal } from '#auth'
import { type App, commonErrors } from '#platform'
import type { Admission } from './admission.ts'
import { bytesOf, isGzip, letGo } from './body.ts'
import type { BulkImport } from './bulk-import.ts'
import { readingErrors } from './errors.ts'
import { linesOf } from './lines.ts'
import type { Quotas } from './quota.ts'

/** What is held of a body, which is read a line at a time: a line and the readings gathered to be written together. */
const heldBytes = 3 * 1024 * 1024
/** More would not be faster, and live readings need room too. */
const mostAtOnce = 6
/** A reading of a closed day costs a tenth of one that is sent: 0.4 µs of server and database together, not 4 to 5. */
const readingsPerQuota = 10

export interface ImportRoutesContext {
  bulkImport: BulkImport
  admission: Admission
  quotas: Quotas
  /** After a gateway sent something. */
  seen(gatewayId: number): void
}

export function importRoutes(app: App, { bulkImport, admission, quotas, seen }: ImportRoutesContext): void {
  let running = 0

  const take = async (sender: Principal, { headers }: FastifyRequest, stream: Readable): Promise<IngestAnswer> => {
    const gzip = isGzip(headers['content-encoding'])
    if (Number(headers['content-length'] ?? 0) > ingestLimits.ndjsonBytes) throw commonErrors.body_too_large()
    const { key } = sender
    // Only at the door: a sender that is refused in the middle of a body can't tell where to go on.
    if (key) await quotas.refuseExhausted(key)
    if (running === mostAtOnce)
      throw commonErrors.overloaded({ detail: 'Too many bulk loads at once.', retryAfterS: 1 })
    using claim = admission.claim()
    claim.toHold(heldBytes)
    const lines = linesOf(bytesOf(stream, gzip, ingestLimits.ndjsonBytes), ingestLimits.runBytes)
    running++
    try {
      return await bulkImport(sender, lines, async ({ closed, open }) => {
        if (key) await quotas.count(key, Math.ceil(closed / readingsPerQuota) + open)
      })
    } finally {
      running--
    }
  }

  // In a scope of its own: here a body is handed on unread, so that it can be refused before it costs anything.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/x-ndjson', (_request, stream, done) => done(null, { stream }))
    scope.post(
      '/api/import/readings',
      {
        config: { access: 'ingest', problems: [429] },
        attachValidation: true,
        // Readings are judged one by one, so the body's schema documents but does not validate.
        validatorCompiler: () => () => true,
        schema: {
          summary: 'Load readings of the past in bulk',
          description:
            'Answered after everything is committed. A line is a run of readings of one sensor, as columns of at most 2 MiB; whole days of a sensor together are stored fastest, from ten to fifty times as fast as sent one by one. Readings are judged and counted as those that are sent to /api/sensors/data, and mean the same afterwards. Bad ones are named by line and position and the rest is stored; a line that is no run, or whose sensor is unknown, is named as a whole. Where it is answered with an error, or not at all, some of it may be stored: send the same again.',
          tags: ['Readings'],
          consumes: ['application/x-ndjson'],
          body: ReadingRun,
          response: { 200: IngestAnswer, 422: IngestAnswer },
        },
      },
      async (request, reply) => {
        // The guard has let the request through, so somebody is there.
        const sender = request.principal as Principal
        const body = request.body as unknown as { stream: Readable } | undefined
        if (body === undefined) throw readingErrors.readings_missing('Send runs of readings, one a line.')
        let answer: IngestAnswer
        try {
          answer = await take(sender, request, body.stream)
        } finally {
          letGo(body.stream)
        }
        if (sender.kind === 'gateway') seen(sender.gatewayId)
        const nothingTaken = answer.rejected > 0 && answer.stored + answer.duplicates === 0
        return reply.code(nothingTaken ? 422 : 200).send(answer)
      },
    )
  })
}
