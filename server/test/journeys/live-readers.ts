import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'

export interface Readers {
  /** Events with this name that each has got. */
  counts: Int32Array
  /** From `sentAtMs` to each of those events, in milliseconds. */
  delaysMs: number[]
  sentAtMs: number
  /** How many the server has let go. */
  ended(): number
}

/** Readers of a live stream over connections of their own, as browsers are. */
export async function openReaders(
  t: TestContext,
  { address, path, cookies, count }: { address: string; path: string; cookies: readonly string[]; count: number },
): Promise<Readers> {
  const counts = new Int32Array(count)
  let ended = 0
  const readers: Readers = { counts, delaysMs: [], sentAtMs: 0, ended: () => ended }
  const open = async (i: number): Promise<void> => {
    const cookie = cookies[i % cookies.length] ?? ''
    const request = get(address + path, { headers: { cookie }, agent: false })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    t.after(() => answer.destroy())
    assert.equal(answer.statusCode, 200)
    answer.on('error', () => {}).on('close', () => void ended++)
    let rest = ''
    answer.setEncoding('latin1').on('data', (text: string) => {
      // A name may come in two pieces.
      const pieces = (rest + text).split('\nevent: readings\n')
      rest = (pieces.at(-1) as string).slice(-32)
      const events = pieces.length - 1
      counts[i] = (counts[i] as number) + events
      for (let event = 0; event < events; event++) readers.delaysMs.push(performance.now() - readers.sentAtMs)
    })
  }
  const atOnce = 25
  for (let first = 0; first < count; first += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, count - first) }, (_, i) => open(first + i)))
  return readers
}

/** A reader that asks and then takes nothing, with its connection open. */
export function openSleeper(
  t: TestContext,
  { address, path, cookie }: { address: string; path: string; cookie: string },
) {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname).on('error', () => {})
  t.after(() => socket.destroy())
  socket.pause()
  socket.write([`GET ${path} HTTP/1.1`, `Host: ${hostname}`, `Cookie: ${cookie}`, '', ''].join('\r\n'))
}
