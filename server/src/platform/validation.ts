import { Ajv, type ErrorObject, type Options } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'

const zones = new Map<string, boolean>()

/**
 * An IANA name with an area, or UTC. Intl takes more: offsets (+09:00), and short names such as CET and EST, which
 * PostgreSQL reads as fixed abbreviations, so that both would count different days.
 */
const isTimeZone = (name: string): boolean => {
  const known = zones.get(name)
  if (known !== undefined) return known
  let valid = /^(UTC|GMT|[A-Za-z]+(\/[\w+-]+)+)$/.test(name)
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

/** What a format asks for, in words. */
const formatWords: Record<string, string> = {
  text: 'must be well-formed text without control characters',
  timezone: 'must be an IANA time zone such as Asia/Tokyo',
}

const build = (options: Options): Ajv => {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strict: true, ...options })
  addFormats.default(ajv, ['date-time', 'email'])
  for (const [name, test] of Object.entries(formats)) ajv.addFormat(name, test)
  return ajv
}

/**
 * Ajv reads "1e999" as Infinity and then, with strictNumbers, leaves out `maximum` for it because it is no number; so
 * it would pass. Every number that is read from text needs a maximum.
 */
const reads = { strictNumbers: false }

/**
 * Bodies are taken as they are: "12" is not a number and an unknown field is an error. Query strings and paths are
 * all text, so there numbers and booleans are read from it.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<object> {
  // No defaults in bodies: in a PATCH they would overwrite what was not mentioned.
  const asSent = build({})
  const fromText = build({ ...reads, coerceTypes: 'array', useDefaults: true })
  return ({ schema, httpPart }) => (httpPart === 'body' ? asSent : fromText).compile(schema)
}

/**
 * Checks records whose values are all text, such as the lines of a CSV, and turns them in place into what the schema
 * says. Returns what is wrong with one, nothing where it fits.
 */
export function compileTextRecord(schema: object): (record: Record<string, unknown>) => FieldError[] {
  const fits = build({ ...reads, coerceTypes: true }).compile(schema)
  return (record) => (fits(record) ? [] : explain(fits.errors ?? []))
}

export interface FieldError {
  path: string
  detail: string
}

/** `path` is written as the caller knows it: `position.x`, `limit`. */
export const explain = (errors: readonly ErrorObject[]): FieldError[] =>
  errors.slice(0, 100).map((error) => {
    const parent = error.instancePath.slice(1).replaceAll('/', '.')
    const params = error.params as { missingProperty?: string; additionalProperty?: string; allowedValues?: unknown[] }
    const child = params.missingProperty ?? params.additionalProperty
    const path = [parent, child].filter((part) => part !== undefined && part !== '').join('.')
    if (params.missingProperty !== undefined) return { path, detail: 'is required' }
    if (params.additionalProperty !== undefined) return { path, detail: 'is not a known field' }
    if (params.allowedValues) return { path, detail: `must be one of ${params.allowedValues.join(', ')}` }
    const format = formatWords[(error.params as { format?: string }).format ?? '']
    if (format !== undefined) return { path, detail: format }
    return { path, detail: error.message ?? 'is not as documented' }
  })
