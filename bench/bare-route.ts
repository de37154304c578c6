import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import { childSettings, sayPort } from './child-settings.ts'

/**
 * A process with one Fastify route that answers a text it was given: no session, no rights, no database, nothing that
 * could change.
 */
const { body } = await childSettings<{ body: string }>()
const app = fastify()
app.get('/', (_request, reply) => reply.type('application/json; charset=utf-8').send(body))
await app.listen({ port: 0, host: '127.0.0.1' })
sayPort((app.server.address() as AddressInfo).port)
