import assert from 'node:assert/strict'
import type { LightMyRequestResponse } from 'fastify'
import type { Caller } from '#test'
import { type Ask, asks } from './access-asks.ts'
import type { Slot, Things } from './access-things.ts'
import { type Document, type Operation, operationsOf, type Schema } from './document.ts'

export interface Sent {
  method: string
  url: string
  body: unknown
  headers: Record<string, string>
}
/** A request of an operation, as a function of the things it names. */
export interface Case {
  operation: string
  request(things: Things): Sent
  /** What of the things it names, and in which part. */
  slots: readonly Slot[]
  inPath: readonly Slot[]
}

const named: Record<string, Slot> = {
  building_id: 'building',
  floor_id: 'floor',
  zone_id: 'zone',
  sensor_id: 'sensor',
  sensor_key: 'sensorKey',
  gateway_id: 'gateway',
  key_id: 'key',
  replacement_id: 'replacement',
}
/** What `{id}` is, by what stands before it in the path. */
const itemOf: Record<string, Slot> = {
  building: 'building',
  floor: 'floor',
  buildings: 'building',
  floors: 'floor',
  zones: 'zone',
  sensors: 'sensor',
  gateways: 'gateway',
  keys: 'userKey',
  sessions: 'session',
  users: 'person',
  invitations: 'invitation',
}
/** Of the audit log, which only administrators see, and they see all of it. */
const ofTheLog = new Set(['entry_id', 'actor_id', 'thing_id', 'request_id'])
const isThing = (name: string): boolean => /^id$|_id$|_key$/.test(name) && !ofTheLog.has(name)

/** @throws where the document names a thing that this table does not know: then nothing of it would be tested */
function slotOf(operation: string, name: string, before = ''): Slot {
  const slot = name === 'id' ? itemOf[before] : named[name]
  assert.ok(slot, `${operation}: which thing is ${before}/{${name}}? Say so in access-cases.ts`)
  return slot
}

/** Every operation of the document, with each of its requests, and with each filter of its query that names a thing. */
export const casesOf = (document: Document): Case[] =>
  operationsOf(document).flatMap(({ method, path, operation }) => casesOfOperation(method, path, operation))

function casesOfOperation(method: string, path: string, operation: Operation): Case[] {
  const key = `${method} ${path}`
  const { parameters = [], requestBody } = operation
  const inQuery = parameters.filter((one) => one.in === 'query')
  const given = asks[key]
  const needsAsk = requestBody?.required === true || inQuery.some(({ required }) => required)
  assert.ok(given || !needsAsk, `${key} has no request in access-asks.ts`)

  const plain = given ?? [() => ({})]
  const filters = inQuery.filter(({ name, required }) => isThing(name) && !required)
  const filtered: Ask[] = filters.map(({ name }) => (things) => {
    const base = (plain[0] as Ask)(things)
    return { ...base, query: { ...base.query, [name]: String(things[slotOf(key, name)]) } }
  })
  const cases = [...plain, ...filtered].map((ask) => toCase(key, method, path, ask))

  // What the document names in bodies and queries stands in a request, or nobody would notice that it is not looked at.
  const sent = cases.map(({ request }) => JSON.stringify(request(probe(() => {})))).join('\n')
  const fields = new Set([...thingsIn(requestBody?.content), ...inQuery.map(({ name }) => name).filter(isThing)])
  for (const field of fields) assert.ok(sent.includes(field), `${key} is never asked with ${field}`)
  return cases
}

function toCase(operation: string, method: string, path: string, ask: Ask): Case {
  const request = (things: Things): Sent => {
    const { query = {}, body, type } = ask(things)
    const url = path.replaceAll(/(\w+)\/\{(\w+)\}/g, (_, before: string, name: string) => {
      return `${before}/${isThing(name) ? things[slotOf(operation, name, before)] : 'co2'}`
    })
    const search = new URLSearchParams(query).toString()
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
    return { method, url: search === '' ? url : `${url}?${search}`, body, headers }
  }
  const slots = new Set<Slot>()
  request(probe((slot) => slots.add(slot)))
  const inPath = [...path.matchAll(/(\w+)\/\{(\w+)\}/g)]
    .filter(([, , name = '']) => isThing(name))
    .map(([, before, name = '']) => slotOf(operation, name, before))
  return { operation, request, slots: [...slots], inPath }
}

/** Things that tell which of them are read. */
const probe = (onRead: (slot: Slot) => void): Things =>
  new Proxy({} as Things, {
    get: (_, slot: Slot) => {
      onRead(slot)
      return slot === 'buildingName' || slot === 'sensorKey' ? 'probe' : 1
    },
  })

function thingsIn(content: NonNullable<Operation['requestBody']>['content'] | undefined): Set<string> {
  const found = new Set<string>()
  const visit = ({ properties = {}, anyOf = [], items }: Schema): void => {
    for (const [name, child] of Object.entries(properties)) {
      if (isThing(name)) found.add(name)
      visit(child)
    }
    for (const child of anyOf) visit(child)
    if (items) visit(items)
  }
  if (content === undefined) return found
  for (const { schema } of Object.values(content)) visit(schema)
  return found
}

export const ask = (as: Caller, { method, url, body, headers }: Sent): Promise<LightMyRequestResponse> =>
  as(method as 'GET', url, body, headers)

/** An answer as it must be for things of others and for those that nobody has; what was asked is taken out of it. */
export function comparable(answer: LightMyRequestResponse, sent: Things, slots: readonly Slot[]) {
  let body = answer.body.replace(/"request_id":"[^"]*",?/, '')
  for (const slot of slots) body = body.replaceAll(String(sent[slot]), `<${slot}>`)
  const headers = Object.keys(answer.headers).sort()
  return { status: answer.statusCode, type: answer.headers['content-type'], headers, body }
}
