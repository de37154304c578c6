import assert from 'node:assert/strict'
import test from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Problem } from '@plenum/contract'
import { startTestServer } from '#test'
import { type Document, operationsOf, type Schema } from './document.ts'
import { routesOf } from './routes-of.ts'

const { app, as } = await startTestServer()
const document = (await as('GET', '/api/openapi.json')).json<Document>()
const operations = operationsOf(document)

test('it is OpenAPI 3.1, with a title, a licence and the ways to sign in', () => {
  assert.equal(document.openapi, '3.1.0')
  assert.ok(document.info.title && document.info.version && document.info.license)
  assert.deepEqual(Object.keys(document.components.securitySchemes).sort(), ['apiKey', 'session'])
})

test('every route of the application is in the document, and nothing else is', () => {
  const hidden = /^\/api\/(openapi\.json|docs)/
  const routes = routesOf(app)
    .filter(({ method, url }) => method !== 'HEAD' && !hidden.test(url))
    .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
  assert.deepEqual(operations.map(({ method, path }) => `${method} ${path}`).sort(), routes.sort())
})

test('every operation has a name of its own, a summary, a tag, who may use it, and the shape of its answers', () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  assert.equal(new Set(ids).size, ids.length)
  for (const { method, path, operation } of operations) {
    const what = `${method} ${path}`
    assert.ok(operation.summary && operation.tags?.length && operation.security, what)
    const statuses = Object.keys(operation.responses)
    const success = statuses.filter((status) => status.startsWith('2'))
    assert.equal(success.length, 1, what)
    for (const [status, { content, description }] of Object.entries(operation.responses)) {
      assert.ok(description, what)
      if (status === '204' || status === '304') assert.equal(content, undefined, what)
      else
        assert.ok(
          Object.values(content ?? {}).every(({ schema }) => Object.keys(schema).length > 0),
          `${what} ${status}`,
        )
    }
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    const documented = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? []
    assert.deepEqual(documented.map(({ name }) => name).sort(), inPath.sort(), what)
    if (operation.security?.length)
      assert.ok(
        ['401', '403'].every((status) => statuses.includes(status)),
        what,
      )
  }
})

test('every schema is one of JSON Schema 2020-12, and every reference leads somewhere', () => {
  const ajv = new Ajv2020({ strict: false })
  const formats = ['date-time', 'text', 'timezone']
  for (const format of formats) ajv.addFormat(format, true)
  let schemas = 0
  const visit = (node: unknown, key: string): void => {
    if (typeof node !== 'object' || node === null) return
    const { $ref } = node as Schema
    if ($ref !== undefined) {
      assert.match($ref, /^#\/components\/schemas\//)
      assert.ok(document.components.schemas[$ref.split('/').at(-1) ?? ''], $ref)
      return
    }
    if (key === 'schema') {
      schemas++
      assert.ok(ajv.validateSchema(node as object), `${ajv.errorsText()}: ${JSON.stringify(node)}`)
    }
    for (const [name, child] of Object.entries(node)) visit(child, name)
  }
  visit(document.paths, '')
  for (const schema of Object.values(document.components.schemas)) assert.ok(ajv.validateSchema(schema))
  assert.ok(schemas > 60, String(schemas))
})

test('fields that a patch or an input does not know are documented as refused', () => {
  for (const { method, path, operation } of operations) {
    if (method !== 'PATCH' && !(method === 'POST' && operation.responses['201'])) continue
    const schema = operation.requestBody?.content['application/json']?.schema as { additionalProperties?: boolean }
    assert.equal(schema.additionalProperties, false, `${method} ${path}`)
  }
})

test('every error code of an answer is listed with its status', async () => {
  for (const [url, status] of [
    ['/api/buildings/2147483647', 404],
    ['/api/buildings/x', 400],
    ['/api/nothing', 404],
  ] as const) {
    const answer = await as('GET', url)
    assert.equal(answer.statusCode, status)
    assert.equal(document['x-error-codes'][answer.json<Problem>().code]?.status, status)
  }
})

test('there is a page to browse it, whose scripts all come from here', async () => {
  const page = await as('GET', '/api/docs/')
  assert.equal(page.statusCode, 200)
  assert.match(String(page.headers['content-type']), /^text\/html/)
  const policy = String(page.headers['content-security-policy'])
  assert.match(policy, /script-src 'self'/)
  assert.doesNotMatch(policy, /unsafe/)
  assert.doesNotMatch(page.body, /<script(?![^>]*\bsrc=)|\son\w+=/, 'no inline script that the policy would block')
  const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  assert.ok(sources.length > 3)
  for (const source of sources) {
    const url = new URL(source, 'http://localhost/api/docs/')
    assert.equal(url.host, 'localhost')
    assert.equal((await as('GET', url.pathname)).statusCode, 200, source)
  }
})
