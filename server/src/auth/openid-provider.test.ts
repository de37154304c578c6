import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import type { Problem } from '@plenum/contract'
import { caller, startTestServer } from '#test'
import { client } from '../../test/openid-provider.ts'

const publicUrl = 'http://localhost:3000'
test('a provider that is away, or no provider, stops nothing but itself; one that comes back is found', async () => {
  const answers: { status: number; body: string } = { status: 503, body: 'away' }
  const pretender = createServer((_, response) => {
    response.writeHead(answers.status, { 'content-type': 'application/json' }).end(answers.body)
  })
  await new Promise<void>((resolve) => pretender.listen(0, '127.0.0.1', resolve))
  const { port } = pretender.address() as AddressInfo
  const openid = { issuer: `http://127.0.0.1:${port}`, ...client, name: 'Example', scopes: 'openid email' }
  const started = await startTestServer({ publicUrl, openid })
  const nobody = caller(started.app, {})
  for (const [status, body] of [
    [503, 'away'],
    [200, '<html>'],
    [200, JSON.stringify({ issuer: 'https://evil.example', authorization_endpoint: 'https://evil.example/' })],
    [404, '{}'],
  ] as const) {
    Object.assign(answers, { status, body })
    const answer = await nobody('POST', '/api/auth/single-sign-on', {})
    assert.deepEqual([answer.statusCode, answer.json<Problem>().code], [503, 'single_sign_on_unavailable'], body)
    assert.ok(Number(answer.headers['retry-after']) > 0)
  }
  const found = { issuer: openid.issuer, authorization_endpoint: `${openid.issuer}/auth` }
  Object.assign(answers, { status: 200, body: JSON.stringify(found) })
  assert.equal((await nobody('POST', '/api/auth/single-sign-on', {})).statusCode, 200)
  pretender.closeAllConnections()
  await new Promise((resolve) => pretender.close(resolve))
})
