import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createApiClient } from './api-client.ts'
import type { HttpAnswer } from './http-transport.ts'

const ok: HttpAnswer = { status: 200, retryAfter: undefined, body: '{}' }
const busy = (retryAfter?: string): HttpAnswer => ({ status: 503, retryAfter, body: '' })
const broken = (code: string) => Object.assign(new Error(code), { code })

/** A client of a server that gives these outcomes one after the other; time passes only in pauses. */
function clientOf(outcomes: (HttpAnswer | Error)[], patienceMs = 300_000) {
  const pauses: number[] = []
  let nowMs = Date.UTC(2026, 0, 1)
  const client = createApiClient({
    transport: {
      async send() {
        const outcome = outcomes.shift() ?? ok
        if (outcome instanceof Error) throw outcome
        return outcome
      },
      close() {},
    },
    baseUrl: 'http://plenum.test',
    patienceMs,
    now: () => nowMs,
    random: () => 1,
    async pause(ms) {
      pauses.push(ms)
      nowMs += ms
    },
  })
  const send = (more = {}) => client.send({ method: 'POST', path: '/api/x', ...more })
  return { send, pauses }
}

describe('requests to a server that is busy or away', () => {
  test('wait longer each time, up to a limit', async () => {
    const { send, pauses } = clientOf(Array.from({ length: 9 }, () => busy()))
    assert.equal((await send()).repeated, true)
    assert.deepEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000])
  })

  test('wait at least as long as the server asks, in seconds or until a date', async () => {
    const { send, pauses } = clientOf([busy('7'), busy('Thu, 01 Jan 2026 00:00:30 GMT')])
    await send()
    assert.deepEqual(pauses, [7_250, 30_000 - 7_250 + 500])
  })

  test('are sent again after a broken connection, once the server was seen', async () => {
    const { send } = clientOf([ok, broken('ECONNRESET'), broken('ECONNREFUSED')])
    assert.equal((await send()).repeated, false)
    assert.equal((await send()).repeated, true)
  })

  test('fail at once when the server was never seen', async () => {
    const { send, pauses } = clientOf([broken('ECONNREFUSED')])
    await assert.rejects(send(), { code: 'import_server_unreachable', message: /Is it running/ })
    assert.deepEqual(pauses, [])
  })

  test('are not sent again after a lost answer where that would do it twice', async () => {
    const { send } = clientOf([ok, broken('ECONNREFUSED'), ok, broken('ECONNRESET')])
    await send()
    assert.equal((await send({ repeatable: false })).repeated, true, 'refused: it never arrived')
    await assert.rejects(send({ repeatable: false }), { code: 'import_server_unreachable' })
  })

  test('give up when patience ends', async () => {
    const { send, pauses } = clientOf(
      Array.from({ length: 99 }, () => busy()),
      20_000,
    )
    await assert.rejects(send(), { code: 'import_server_unreachable', message: /503/ })
    assert.ok(pauses.reduce((a, b) => a + b) <= 20_000)
  })

  test('other failures of the transport are not tried again', async () => {
    const { send } = clientOf([ok, broken('ERR_INVALID_URL')])
    await send()
    await assert.rejects(send(), { code: 'import_server_unreachable' })
  })
})
