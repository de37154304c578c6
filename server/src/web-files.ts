import { access, mkdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply } from 'fastify'
import { type App, commonErrors } from '#platform'

const yearS = 31_536_000
const config = { access: 'anonymous' } as const
const hidden = { hide: true } as object

/** Scripts only from here, so a script smuggled into a name can't run. React sets styles inline. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

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
      response.header('x-content-type-options', 'nosniff')
    },
  })

  const page = async (reply: FastifyReply): Promise<FastifyReply> => {
    const built = await access(join(webDir, 'index.html')).then(
      () => true,
      () => false,
    )
    if (!built) return reply.code(503).header('retry-after', '3').type('text/plain; charset=utf-8').send(notBuilt)
    reply.header('content-security-policy', contentSecurityPolicy).header('referrer-policy', 'same-origin')
    return reply.sendFile('index.html')
  }

  // Names under assets/ hold a hash of their content.
  app.get('/assets/*', { config, schema: hidden }, async (request, reply) => {
    const { '*': name } = request.params as { '*': string }
    return reply.sendFile(join('assets', name))
  })
  app.get('/*', { config, schema: hidden }, async (request, reply) => {
    const { '*': name } = request.params as { '*': string }
    if (name === 'api' || name.startsWith('api/')) throw commonErrors.not_found('There is nothing here.')
    // A name with a dot is a file such as favicon.svg; everything else is a view of the application.
    if (/^[\w-]+\.[\w.]+$/.test(name)) return reply.sendFile(name)
    return page(reply)
  })
}
