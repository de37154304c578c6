import type { Problem } from '@plenum/contract'
import type { ApiClient, ApiRequest } from './api-client.ts'
import { importError } from './errors.ts'
import type { HttpAnswer } from './http-transport.ts'

/** The registry's part of the API: JSON in, JSON out, anything but 2xx is an error with the server's own words. */
export interface JsonApi {
  /** Every page of a list; `query` without `limit` and `cursor`. */
  list<T>(path: string, query?: Record<string, string | number>): Promise<T[]>
  get<T>(path: string): Promise<T>
  create<T>(path: string, body: object): Promise<T>
  patch(path: string, body: object): Promise<void>
  remove(path: string): Promise<void>
}

export function createJsonApi(client: ApiClient, headers: () => Record<string, string>, signal?: AbortSignal): JsonApi {
  async function call(request: ApiRequest): Promise<unknown> {
    const { answer } = await client.send({ ...request, headers: headers(), signal })
    if (answer.status < 200 || answer.status > 299) throw refused(request, answer)
    if (answer.body === '') return undefined
    const json = parseJson(answer.body)
    if (typeof json !== 'object') throw importError('import_server_refused', `${request.path} did not answer JSON`)
    return json
  }
  return {
    async list<T>(path: string, query: Record<string, string | number> = {}) {
      const items: T[] = []
      let cursor: string | null = null
      do {
        const search = new URLSearchParams({ limit: '1000' })
        for (const [name, value] of Object.entries(query)) search.set(name, String(value))
        if (cursor !== null) search.set('cursor', cursor)
        const page = (await call({ method: 'GET', path: `${path}?${search}` })) as Page<T>
        items.push(...page.items)
        cursor = page.next_cursor
      } while (cursor !== null)
      return items
    },
    get: async <T>(path: string) => (await call({ method: 'GET', path })) as T,
    // Creating twice what was created without an answer would make a second one, or a conflict that is none.
    create: async <T>(path: string, body: object) =>
      (await call({ method: 'POST', path, body: JSON.stringify(body), repeatable: false })) as T,
    patch: async (path, body) => void (await call({ method: 'PATCH', path, body: JSON.stringify(body) })),
    remove: async (path) => void (await call({ method: 'DELETE', path })),
  }
}

interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** What the server said, from its problem document (RFC 9457) where it sent one. */
export function refused({ method, path }: Pick<ApiRequest, 'method' | 'path'>, { status, body }: HttpAnswer) {
  const problem = parseJson(body) as Partial<Problem> | undefined
  const fields = problem?.errors?.map((error) => `${error.path}: ${error.detail}`) ?? []
  const said = [problem?.code, problem?.detail ?? problem?.title, ...fields].filter(Boolean).join('; ')
  return importError('import_server_refused', `${method} ${path} was answered with ${status}${said && `: ${said}`}`)
}

export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
