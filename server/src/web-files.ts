import { randomBytes } from 'node:crypto'
import { mkdir, readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply } from 'fastify'
import { type App, commonErrors, policyOfPage, writePolicy } from '#platform'

const yearS = 31_536_000
const config = { access: 'anonymous' } as const
const hidden = { hide: true } as object

/** What the build leaves where a nonce belongs (web/vite.config.ts). */
const noncePlace = 'PLENUM_STYLE_NONCE'

const notBuilt =
  'The web application is being built. This page will work in a few seconds; if it does not, the log says why.'

/** The web application: its files, and its page for every address that is one of its views. */
export async function webFileRoutes(app: App, webDir: string): Promise<void> {
  // The first build may still be on its way.
  await mkdir(webDir, { recursive: true }).catch(() => undefined)
  await app.register(fastifyStatic, {
    root: webDir,
    serve: false,
    cacheControl: false,
    etag: true,
    // Here and not before sending: an answer that there is no such file must not be kept for a year.
    setHeaders: (response, path) => {
      const isHashed = path.startsWith(join(webDir, 'assets') + sep)
      response.header('cache-control', isHashed ? `public, max-age=${yearS}, immutable` : 'no-cache')
    },
  })

  /** Mantine makes style elements as it runs: they are told by a nonce, which nobody may know before. */
  const page = async (reply: FastifyReply): Promise<FastifyReply> => {
    const html = await readFile(join(webDir, 'index.html'), 'utf8').catch(() => null)
    if (html === null)
      return reply.code(503).header('retry-after', '3').type('text/plain; charset=utf-8').send(notBuilt)
    const nonce = randomBytes(16).toString('base64')
    const policy = { ...policyOfPage, 'style-src': `${policyOfPage['style-src']} 'nonce-${nonce}'` }
    reply.header('content-security-policy', writePolicy(policy))
    return reply.type('text/html; charset=utf-8').send(html.replaceAll(noncePlace, nonce))
  }

  /** A link in the folder must not lead out of it. */
  const file = async (reply: FastifyReply, name: string): Promise<FastifyReply> => {
    const [root, path] = await Promise.all([realpath(webDir), realpath(join(webDir, name))]).catch(() => [])
    if (root === undefined || path === undefined || !path.startsWith(root + sep)) throw commonErrors.not_found()
    return reply.sendFile(name)
  }

  // Names under assets/ hold a hash of their content.
  app.get('/assets/*', { config, schema: hidden }, async (request, reply) => {
    const { '*': name } = request.params as { '*': string }
    if (!/^[\w-][\w.-]*$/.test(name)) throw commonErrors.not_found()
    return file(reply, join('assets', name))
  })
  app.get('/*', { config, schema: hidden }, async (request, reply) => {
    const { '*': name } = request.params as { '*': string }
    if (name === 'api' || name.startsWith('api/')) throw commonErrors.not_found('There is nothing here.')
    // A name with a dot is a file such as favicon.svg; everything else is a view of the application.
    if (/^[\w-]+\.[\w.]+$/.test(name) && name !== 'index.html') return file(reply, name)
    return page(reply)
  })
}
