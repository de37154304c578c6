import type { Problem } from '@plenum/contract'
import { noteServerDate } from './server-clock.ts'

/** The server answered, but not with what was asked for. */
export class ProblemError extends Error {
  readonly status: number
  readonly problem: Partial<Problem>

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`)
    this.status = status
    this.problem = problem
  }
}

/** What was shown before must not be shown any longer: signed out, forbidden or gone. */
export const isWithdrawn = (error: Error): boolean =>
  error instanceof ProblemError && [401, 403, 404].includes(error.status)

/** No answer at all: the network or the server is away. */
export class UnreachableError extends Error {}

const answerTimeoutMs = 30_000

const withTimeout = (signal?: AbortSignal): AbortSignal => {
  const timeout = AbortSignal.timeout(answerTimeoutMs)
  return signal ? AbortSignal.any([signal, timeout]) : timeout
}

const send = async (path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> => {
  try {
    return await fetch(path, { ...init, signal: withTimeout(signal) })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new UnreachableError(`${path} cannot be reached`, { cause })
  }
}

const readProblem = async (response: Response): Promise<Partial<Problem>> => {
  const isProblem = response.headers.get('content-type')?.includes('json') ?? false
  if (!isProblem) return {}
  return (await response.json().catch(() => ({}))) as Partial<Problem>
}

/** A proxy answers these for a server that is down; its own problems carry a code. */
const isGatewayError = (status: number) => status === 502 || status === 504

const request = async <T>(path: string, init: RequestInit, signal?: AbortSignal): Promise<T> => {
  const response = await send(path, init, signal)
  noteServerDate(response.headers.get('date'), Date.now())
  if (isGatewayError(response.status)) throw new UnreachableError(`HTTP ${response.status}`)
  if (!response.ok) throw new ProblemError(response.status, await readProblem(response))
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** The browser's cache sends `If-None-Match` and turns a 304 into the stored body by itself. */
export const getJson = <T>(path: string, signal?: AbortSignal) =>
  request<T>(path, { headers: { accept: 'application/json' } }, signal)

const write =
  (method: 'POST' | 'PATCH') =>
  <T>(path: string, body: unknown) =>
    request<T>(path, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
export const postJson = write('POST')
export const patchJson = write('PATCH')

export const deleteThing = (path: string) =>
  request<undefined>(path, { method: 'DELETE', headers: { accept: 'application/json' } })

interface ListPage<T> {
  items: T[]
  next_cursor: string | null
}

/** Follows `next_cursor` to the end of a list. */
export const getEvery = async <T>(path: string, query: Record<string, string>, signal?: AbortSignal) => {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const search = new URLSearchParams({ ...query, limit: '1000', ...(cursor ? { cursor } : {}) })
    const page: ListPage<T> = await getJson(`${path}?${search}`, signal)
    items.push(...page.items)
    cursor = page.next_cursor
  } while (cursor)
  return items
}
