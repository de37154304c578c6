import type { Fault } from './faults.ts'

const fieldsOfKind: Record<Fault['kind'], { text: string[]; number: string[]; optional: string[] }> = {
  stuck: { text: ['sensor_key'], number: [], optional: ['value'] },
  drift: { text: ['sensor_key'], number: ['per_day'], optional: ['limit'] },
  spike: { text: ['sensor_key'], number: ['add', 'share'], optional: [] },
  silent: { text: ['sensor_key'], number: [], optional: [] },
  gateway_silent: { text: ['gateway'], number: [], optional: [] },
}

const faultOf = (entry: unknown, where: string): Fault => {
  const refuse = (why: string): never => {
    throw new Error(`${where}: ${why}`)
  }
  if (typeof entry !== 'object' || entry === null) return refuse('must be an object')
  const { kind, from = null, to = null, ...rest } = entry as Record<string, unknown>
  if (typeof kind !== 'string' || !Object.hasOwn(fieldsOfKind, kind)) {
    return refuse(`kind must be one of ${Object.keys(fieldsOfKind).join(', ')}`)
  }
  const fields = fieldsOfKind[kind as Fault['kind']]
  for (const [name, at] of [
    ['from', from],
    ['to', to],
  ]) {
    if (at !== null && (typeof at !== 'string' || Number.isNaN(Date.parse(at))))
      refuse(`${name} must be a time or null`)
  }
  for (const name of fields.text) if (typeof rest[name] !== 'string') refuse(`${name} must be text`)
  for (const name of [...fields.number, ...fields.optional]) {
    const missing = rest[name] === undefined && fields.optional.includes(name)
    if (!missing && !Number.isFinite(rest[name])) refuse(`${name} must be a number`)
  }
  const known = new Set([...fields.text, ...fields.number, ...fields.optional])
  const unknown = Object.keys(rest).find((name) => !known.has(name))
  if (unknown !== undefined) refuse(`a fault of kind ${kind} has no "${unknown}"`)
  return { kind, from, to, ...rest } as Fault
}

/** The list of faults in a JSON file's text; throws with the place and the reason when it is not one. */
export const parseFaults = (text: string): Fault[] => {
  const list: unknown = JSON.parse(text)
  if (!Array.isArray(list)) throw new Error('faults must be a JSON array')
  return list.map((entry, i) => faultOf(entry, `fault ${i + 1}`))
}
