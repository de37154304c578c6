import { Ajv, type ErrorObject, type Options } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'

const zones = new Map<string, boolean>()

const isTimeZone = (name: string): boolean => {
  const known = zones.get(name)
  if (known !== undefined) return known
  let valid = /^[A-Za-z]/.test(name)
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch {
    valid = false
  }
  if (zones.size < 2_000) zones.set(name, valid)
  return valid
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const controlCharacters = /[\u0000-\u001f\u007f]/

const formats = {
  /** Well-formed Unicode: a lone surrogate would come back from the database as another character. */
  text: (value: string) => value.isWellFormed() && !controlCharacters.test(value),
  timezone: isTimeZone,
}

const build = (options: Options): Ajv => {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strict: true, ...options })
  addFormats.default(ajv, ['date-time', 'email'])
  for (const [name, test] of Object.entries(formats)) ajv.addFormat(name, test)
  return ajv
}

/**
 * Bodies are taken as they are: "12" is not a number and an unknown field is an error. Query strings and paths are
 * all text, so there numbers and booleans are read from it.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<object> {
  // No defaults in bodies: in a PATCH they would overwrite what was not mentioned.
  const asSent = build({})
  const fromText = build({ coerceTypes: 'array', useDefaults: true })
  return ({ schema, httpPart }) => (httpPart === 'body' ? asSent : fromText).compile(schema)
}

/** `path` is written as the caller knows it: `position.x`, `limit`. */
export const explain = (errors: readonly ErrorObject[]): { path: string; detail: string }[] =>
  errors.slice(0, 100).map((error) => {
    const parent = error.instancePath.slice(1).replaceAll('/', '.')
    const params = error.params as { missingProperty?: string; additionalProperty?: string; allowedValues?: unknown[] }
    const child = params.missingProperty ?? params.additionalProperty
    const path = [parent, child].filter((part) => part !== undefined && part !== '').join('.')
    if (params.missingProperty !== undefined) return { path, detail: 'is required' }
    if (params.additionalProperty !== undefined) return { path, detail: 'is not a known field' }
    if (params.allowedValues) return { path, detail: `must be one of ${params.allowedValues.join(', ')}` }
    return { path, detail: error.message ?? 'is not as documented' }
  })
