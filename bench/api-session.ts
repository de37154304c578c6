import assert from 'node:assert/strict'
import { administrator } from './server-process.ts'

export type ApiSession = Awaited<ReturnType<typeof signIn>>

/** The administrator, signed in as a browser would. */
export async function signIn(port: number) {
  const baseUrl = `http://127.0.0.1:${port}`
  const signedIn = await fetch(`${baseUrl}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(administrator),
  })
  assert.equal(signedIn.status, 200, await signedIn.text())
  const cookie = signedIn.headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; ')

  /** @throws when it is not answered with success */
  async function call<T>(method: string, path: string, type?: string, body?: string): Promise<T> {
    const headers = type === undefined ? { cookie } : { cookie, 'content-type': type }
    const answer = await fetch(baseUrl + path, { method, headers, body: body ?? null })
    const text = await answer.text()
    assert.ok(answer.ok, `${method} ${path} was answered ${answer.status}: ${text}`)
    return JSON.parse(text) as T
  }

  return {
    cookie,
    call,
    get: <T>(path: string): Promise<T> => call<T>('GET', path),
    post: <T>(path: string, body: unknown): Promise<T> =>
      call<T>('POST', path, 'application/json', JSON.stringify(body)),
    /** Every item of a list. */
    async list<T>(path: string): Promise<T[]> {
      const items: T[] = []
      let cursor: string | null = null
      do {
        const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page: { items: T[]; next_cursor: string | null } = await call('GET', `${path}?limit=1000${after}`)
        items.push(...page.items)
        cursor = page.next_cursor
      } while (cursor !== null)
      return items
    },
  }
}
