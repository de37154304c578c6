import { setImmediate } from 'node:timers/promises'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { App } from '#platform'

/** An event as a browser would hand it on. */
export interface LiveEvent {
  event: string
  id: string
  data: unknown
}

export interface LiveReader {
  status: number
  headers: LightMyRequestResponse['headers']
  /** What came so far, as text. */
  text(): string
  events(): LiveEvent[]
  /** Whether the server has ended it. */
  isEnded(): boolean
  /** As a browser that goes away. */
  leave(): void
}

/** The headers that a new session of a person goes by. */
export async function cookieOf(app: App, { email, password }: { email: string; password: string }) {
  const payload = { email, password }
  const { cookies } = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload })
  return { cookie: cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; ') }
}

/** Reads a live stream for as long as it lasts. */
export async function readLive(app: App, request: InjectOptions): Promise<LiveReader> {
  const answer = await app.inject({ ...request, payloadAsStream: true })
  const chunks: Buffer[] = []
  let isEnded = false
  const end = (): void => {
    isEnded = true
  }
  const stream = answer.stream()
  stream.on('data', (chunk: Buffer) => void chunks.push(chunk))
  stream.on('end', end).on('close', end).on('error', end)
  // What was written with the head is handed over a turn later.
  await setImmediate()
  const text = (): string => Buffer.concat(chunks).toString()
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text,
    events: () => eventsIn(text()),
    isEnded: () => isEnded,
    leave: () => void answer.raw.res.destroy(),
  }
}

/** Whole events of a text; comments and what is told about connecting again are left out. */
export const eventsIn = (text: string): LiveEvent[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2))))
    .filter((fields): fields is { event: string; id: string; data: string } => 'data' in fields)
    .map(({ event, id, data }) => ({ event, id, data: JSON.parse(data) as unknown }))

/** An answer as if the stream had ended after its first event; for suites that ask every operation. */
export async function firstEventOf(app: App, request: InjectOptions): Promise<LightMyRequestResponse> {
  const answer = await app.inject({ ...request, payloadAsStream: true })
  const isStream = String(answer.headers['content-type']).startsWith('text/event-stream')
  const chunks: Buffer[] = []
  for await (const chunk of answer.stream()) {
    chunks.push(chunk as Buffer)
    if (isStream && Buffer.concat(chunks).includes('\n\nevent:')) break
  }
  answer.raw.res.destroy()
  const rawPayload = Buffer.concat(chunks)
  const body = rawPayload.toString()
  return Object.assign(answer, { rawPayload, payload: body, body, json: () => JSON.parse(body) as never })
}
