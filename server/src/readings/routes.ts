import type { Readable } from 'node:stream'
import { IngestAnswer, IngestBody, ingestLimits } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import type { KeyInUse, Principal } from '#auth'
import { type App, commonErrors } from '#platform'
import type { Admission, Claim } from './admission.ts'
import { bytesOf, isGzip, letGo } from './body.ts'
import { readingErrors } from './errors.ts'
import { type Ingest, nothing } from './ingest.ts'
import { readJson } from './json.ts'
import { type Lines, readNdjson } from './ndjson.ts'
import type { Quotas } from './quota.ts'

const path = '/api/sensors/data'
/** What is held of an NDJSON body, which is read a piece at a time. */
const ndjsonHeldBytes = 2 * 1024 * 1024

/** A body before any of it is read. */
interface SentBody {
  ndjson: boolean
  stream: Readable
}

export interface ReadingRoutesContext {
  ingest: Ingest
  admission: Admission
  quotas: Quotas
  /** After a gateway sent something. */
  seen(gatewayId: number): void
}

export function readingRoutes(app: App, { ingest, admission, quotas, seen }: ReadingRoutesContext): void {
  const take = async (sender: Principal, { headers }: FastifyRequest, body: SentBody): Promise<IngestAnswer> => {
    const gzip = isGzip(headers['content-encoding'])
    const limit = body.ndjson ? ingestLimits.ndjsonBytes : ingestLimits.jsonBytes
    const announced = Number(headers['content-length'] ?? 0)
    if (announced > limit) throw commonErrors.body_too_large()
    const quota = quotaOf(sender)
    if (quota) await quotas.refuseExhausted(quota)
    using claim = admission.claim()
    claim.toHold(body.ndjson ? ndjsonHeldBytes : announced)
    const sum = nothing()
    for await (const { values, lines } of readingsOf(body.ndjson, bytesOf(body.stream, gzip, limit), claim)) {
      const store = () => ingest(sender, values, lines)
      add(sum, quota ? await quotas.spend(quota, values.length, store) : await store())
    }
    return sum
  }

  // In a scope of its own: here a body is handed on unread, so that it can be refused before it costs anything.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/json', (_request, stream, done) => done(null, { ndjson: false, stream }))
    scope.addContentTypeParser('application/x-ndjson', (_request, stream, done) => done(null, { ndjson: true, stream }))
    scope.post(
      path,
      {
        config: { access: 'ingest', problems: [429] },
        attachValidation: true,
        // Readings are judged one by one, so the body's schema documents but does not validate.
        validatorCompiler: () => () => true,
        schema: {
          summary: 'Store readings',
          description:
            'Answered after the commit. Takes one reading, { "readings": [ … ] } of at most 10,000, or application/x-ndjson with a reading a line; gzip is welcome. Readings are rejected one by one; sending the same again is free. NDJSON is stored piece by piece: where it is answered with an error, what came before may be stored.',
          tags: ['Readings'],
          consumes: ['application/json', 'application/x-ndjson'],
          body: IngestBody,
          response: { 200: IngestAnswer, 422: IngestAnswer },
        },
      },
      async (request, reply) => {
        // The guard has let the request through, so somebody is there.
        const sender = request.principal as Principal
        const body = request.body as unknown as SentBody | undefined
        if (body === undefined) throw readingErrors.readings_missing()
        let answer: IngestAnswer
        try {
          answer = await take(sender, request, body)
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

/** All of a JSON body at once; an NDJSON body chunk by chunk, each stored before the next is read. */
async function* readingsOf(
  ndjson: boolean,
  pieces: AsyncIterable<Buffer>,
  claim: Claim,
): AsyncGenerator<{ values: unknown[]; lines?: Lines['lines'] }> {
  if (ndjson) yield* readNdjson(pieces)
  else yield { values: await readJson(pieces, claim) }
}

function add(sum: IngestAnswer, answer: IngestAnswer): void {
  sum.stored += answer.stored
  sum.duplicates += answer.duplicates
  sum.rejected += answer.rejected
  sum.errors.push(...answer.errors.slice(0, ingestLimits.errorsTold - sum.errors.length))
}

/** A person who is signed in sends by hand. */
const quotaOf = ({ key }: Principal): KeyInUse | null => key
