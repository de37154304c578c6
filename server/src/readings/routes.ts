import type { Readable } from 'node:stream'
import { IngestAnswer, IngestBody, ingestLimits } from '@plenum/contract'
import type { FastifyRequest } from 'fastify'
import type { Principal } from '#auth'
import type { App } from '#platform'
import { type Admission, bytesClaimed } from './admission.ts'
import { isGzip, readingsOfJson } from './body.ts'
import { readingErrors } from './errors.ts'
import { type Ingest, nothing } from './ingest.ts'
import { readNdjson } from './ndjson.ts'

/** Readings of an NDJSON body that are committed at once. */
const ndjsonChunk = 5_000
const path = '/api/sensors/data'

const giveBack = Symbol('gives the bytes of this request back')
declare module 'fastify' {
  interface FastifyRequest {
    [giveBack]: (() => void) | null
  }
}

export interface ReadingRoutesContext {
  ingest: Ingest
  admission: Admission
  /** After a gateway sent something. */
  seen(gatewayId: number): void
}

export function readingRoutes(app: App, { ingest, admission, seen }: ReadingRoutesContext): void {
  // In a scope of its own: here bodies are bytes, checked before they are parsed, and claimed before they are read.
  app.register(async (scope) => {
    scope.decorateRequest(giveBack, null)
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: ingestLimits.jsonBytes },
      (_, body, done) => done(null, body),
    )
    scope.addContentTypeParser('application/x-ndjson', (_request, payload, done) => done(null, payload))
    scope.addHook('onRequest', async (request) => {
      isGzip(request.headers['content-encoding'])
      const sender = senderOf(request)
      if (sender.kind === 'gateway') await admission.refuseExhausted(sender.keyId, sender.readingsPerMinute)
      request[giveBack] = admission.claim(bytesClaimed(request.headers))
    })
    scope.addHook('onResponse', async (request) => request[giveBack]?.())
    scope.addHook('onRequestAbort', async (request) => request[giveBack]?.())

    scope.post(
      path,
      {
        config: { access: 'ingest' },
        attachValidation: true,
        // Readings are judged one by one, so the body's schema documents but does not validate.
        validatorCompiler: () => () => true,
        schema: {
          summary: 'Store readings',
          description:
            'Answered after the commit. Takes one reading, { "readings": [ … ] } of at most 10,000, or application/x-ndjson with a reading a line; gzip is welcome. Readings are rejected one by one; sending the same again is free.',
          tags: ['Readings'],
          consumes: ['application/json', 'application/x-ndjson'],
          body: IngestBody,
          response: { 200: IngestAnswer, 422: IngestAnswer },
        },
      },
      async (request, reply) => {
        const sender = senderOf(request)
        const gzip = isGzip(request.headers['content-encoding'])
        const body = request.body as unknown as Buffer | Readable | undefined
        if (body === undefined) throw readingErrors.readings_missing()
        const spend = async (readings: number): Promise<void> => {
          if (sender.kind !== 'gateway') return
          await admission.refuseExhausted(sender.keyId, sender.readingsPerMinute)
          await admission.spend(sender.keyId, sender.readingsPerMinute, readings)
        }
        let answer: IngestAnswer
        if (Buffer.isBuffer(body)) {
          const readings = await readingsOfJson(body, gzip)
          await spend(readings.length)
          answer = await ingest(sender, readings)
        } else answer = await ingestStream(ingest, sender, body, gzip, spend)
        if (sender.kind === 'gateway') seen(sender.gatewayId)
        const nothingTaken = answer.rejected > 0 && answer.stored + answer.duplicates === 0
        return reply.code(nothingTaken ? 422 : 200).send(answer)
      },
    )
  })
}

/**
 * Chunk by chunk, each committed before the next is read. Where it stops in the middle, what came before is stored;
 * sending everything again is free.
 */
async function ingestStream(
  ingest: Ingest,
  sender: Principal,
  body: Readable,
  gzip: boolean,
  spend: (readings: number) => Promise<void>,
): Promise<IngestAnswer> {
  const sum = nothing()
  for await (const { values, lines } of readNdjson(body, gzip, ndjsonChunk)) {
    await spend(values.length)
    const answer = await ingest(sender, values, lines)
    sum.stored += answer.stored
    sum.duplicates += answer.duplicates
    sum.rejected += answer.rejected
    const room = ingestLimits.errorsTold - sum.errors.length
    sum.errors.push(...answer.errors.slice(0, room))
  }
  return sum
}

function senderOf(request: FastifyRequest): Principal {
  // The guard has let the request through, so somebody is there.
  return request.principal as Principal
}
