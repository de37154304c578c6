import assert from 'node:assert/strict'
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { LightMyRequestResponse } from 'fastify'

export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  format?: string
  minimum?: number
  maximum?: number
}
type Content = Record<string, { schema: Schema }>
export interface Operation {
  operationId: string
  summary?: string
  tags?: string[]
  security?: object[]
  parameters?: { name: string; in: 'path' | 'query'; required: boolean; schema: Schema }[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, { description: string; content?: Content }>
}
export interface Document {
  openapi: string
  info: { title: string; version: string; license: object }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> }
  'x-error-codes': Record<string, { status: number; title: string }>
}

export const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )

/** As JSON pointers spell a name. */
const pointer = (...parts: string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')

/** Validates real answers by what the document says of them. */
export function createAnswerCheck(document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, logger: false })
  addFormats.default(ajv)
  // Formats of the requests; answers hold whatever was accepted.
  for (const format of ['text', 'timezone']) ajv.addFormat(format, true)
  ajv.addSchema(document, 'document')

  return (method: string, path: string, answer: LightMyRequestResponse): void => {
    const what = `${method} ${path} answered ${answer.statusCode}`
    const operation = document.paths[path]?.[method.toLowerCase()]
    assert.ok(operation, `${method} ${path} is not documented`)
    const response = operation.responses[answer.statusCode]
    assert.ok(response, `${what}, which is not documented: ${answer.body.slice(0, 500)}`)
    if (response.content === undefined) return assert.equal(answer.body, '', what)
    const mediaType = String(answer.headers['content-type']).split(';')[0] as string
    assert.ok(response.content[mediaType], `${what} as ${mediaType}, which is not documented`)
    const body: unknown = mediaType.endsWith('json') ? answer.json() : answer.body
    const at = pointer(
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      String(answer.statusCode),
      'content',
      mediaType,
    )
    const validate = ajv.compile({ $ref: `document#${at}/schema` })
    assert.ok(validate(body), `${what}: ${ajv.errorsText(validate.errors)} in ${answer.body.slice(0, 500)}`)
  }
}
