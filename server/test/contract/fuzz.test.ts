import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Caller, caller, createSmallBuilding, startTestServer } from '#test'
import { createAnswerCheck, type Document, type Operation, operationsOf, type Schema } from './document.ts'

/** Odd requests made from the document itself (B9): nothing is an error of ours, nothing is answered undocumented. */
const server = await startTestServer()
const { app, as } = server
const small = await createSmallBuilding(server)
const document = (await as('GET', '/api/openapi.json')).json<Document>()
const check = createAnswerCheck(document)
/** For each operation. More of them find more: FUZZ_RUNS=1000. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 100)
const slowMs = 2_000

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '\u0000',
    '\ud800',
    '\u202e',
    "'; drop table sensor; --",
    '__proto__',
    'NaN',
    '1e999',
    'x'.repeat(10_000),
  ),
  fc.constantFrom('UTC', 'Asia/Tokyo', 'co2', 'active', '2026-11-23T10:00:00Z', '+09:00'),
)
const oddNumber = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e308, 5e-324, 0.1),
  fc.constantFrom(small.building.id, small.floor.id, small.gateway.id, small.co2.id),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.integer(),
)
const anything = fc.oneof(oddText, oddNumber, fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 3 }))

/** Mostly what the schema says, now and then something else. */
function like(schema: Schema | undefined): fc.Arbitrary<unknown> {
  return fc.oneof({ arbitrary: fitting(schema), weight: 9 }, { arbitrary: anything, weight: 1 })
}
function fitting(schema: Schema | undefined): fc.Arbitrary<unknown> {
  if (schema === undefined) return anything
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(like))
  const [type] = [schema.type].flat()
  switch (type) {
    case 'object': {
      const fields = Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, of]) => [name, like(of)]))
      const slipped = { id: anything, role: anything, created_at: anything, ['__proto__x']: anything }
      const known = fc.record(fields, { requiredKeys: schema.required ?? [] })
      return fc.oneof(
        { arbitrary: known, weight: 6 },
        { arbitrary: fc.record(fields, { requiredKeys: [] }), weight: 2 },
        { arbitrary: fc.record({ ...fields, ...slipped }, { requiredKeys: [] }), weight: 1 },
      )
    }
    case 'array':
      return fc.array(like(schema.items), { maxLength: 5 })
    case 'integer':
      return fc.oneof(fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 5, 20) }), oddNumber)
    case 'number':
      return fc.oneof(fc.double({ min: schema.minimum ?? -5, max: schema.maximum ?? 5, noNaN: true }), oddNumber)
    case 'boolean':
      return fc.boolean()
    default:
      return schema.format === 'date-time' ? fc.oneof(fc.constant('2026-11-23T10:00:00Z'), oddText) : oddText
  }
}

const inAddress = (value: unknown): string => {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return encodeURIComponent(text.toWellFormed()).slice(0, 2_000)
}

function requestOf(path: string, { parameters = [], requestBody }: Operation) {
  const inPath = parameters.filter((one) => one.in === 'path')
  const inQuery = parameters.filter((one) => one.in === 'query')
  const ids = fc.record(Object.fromEntries(inPath.map(({ name, schema }) => [name, like(schema)])))
  const query = fc.record(Object.fromEntries(inQuery.map(({ name, schema }) => [name, like(schema)])), {
    requiredKeys: [],
  })
  const [mediaType, { schema }] = Object.entries(requestBody?.content ?? {})[0] ?? ['application/json', { schema: {} }]
  const json = (requestBody ? like(schema) : fc.constant(undefined)).map((value) => JSON.stringify(value))
  const body = fc.oneof(
    { arbitrary: mediaType.endsWith('json') ? json : oddText, weight: 9 },
    { arbitrary: oddText, weight: 1 },
  )
  const type = fc.oneof(
    { arbitrary: fc.constant(mediaType), weight: 9 },
    fc.constantFrom('text/plain', 'x', 'text/csv'),
  )
  return fc.record({ ids, query, body, type }).map(({ ids: filled, query: asked, body: sent, type: sentAs }) => {
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => inAddress(filled[name]) || '%20')
    const search = Object.entries(asked).map(([name, value]) => `${name}=${inAddress(value)}`)
    const headers: Record<string, string> = sent === undefined ? {} : { 'content-type': sentAs }
    return { url: search.length > 0 ? `${url}?${search.join('&')}` : url, body: sent, headers }
  })
}

/** A slash or dots in a parameter make it another address. */
const isElsewhere = (body: string) => /"code":"(not_found|method_not_allowed)"/.test(body)

const nobody = caller(app, {})
/** A person: their session is nothing that a request can delete, other than a key. */
const callerOf = (path: string): Caller => (path.startsWith('/api/auth/') ? nobody : as)

for (const { method, path, operation } of operationsOf(document)) {
  test(`odd requests to ${method} ${path} get documented answers`, async () => {
    const request = requestOf(path, operation)
    // Sign-in answers 429 from the 61st on; that is one answer, and enough.
    const numRuns = path.includes('sign-in') ? Math.min(runs, 70) : runs
    await fc.assert(
      fc.asyncProperty(request, async ({ url, body, headers }) => {
        const startedMs = performance.now()
        const answer = await callerOf(path)(method as 'GET', url, method === 'GET' ? undefined : body, headers)
        assert.ok(performance.now() - startedMs < slowMs, 'slow')
        // Who is refused at the door tests nothing behind it.
        assert.ok(answer.statusCode !== 401 || path.startsWith('/api/auth/'), answer.body)
        assert.ok(answer.statusCode < 500, `${answer.statusCode}: ${answer.body}`)
        if (!isElsewhere(answer.body)) check(method, path, answer)
      }),
      { numRuns },
    )
  })
}
