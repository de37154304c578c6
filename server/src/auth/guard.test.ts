import assert from 'node:assert/strict'
import test from 'node:test'
import { pino } from 'pino'
import { createHttp } from '#platform'
import { guard } from './guard.ts'

const guarded = () => {
  const app = createHttp(pino({ level: 'silent' }))
  guard(app, {
    identify: async () => null,
    ownOrigin: () => 'https://plenum.example',
    refusals: { note: async () => {} },
    written: () => {},
  })
  return app
}

test('a route that does not say who may use it stops the start', async () => {
  const app = guarded()
  app.get('/said', { config: { access: 'read' } }, async () => 'x')
  app.register(async (scope) => void scope.get('/forgotten', async () => 'x'))
  await assert.rejects(async () => app.ready(), /\/forgotten does not say who may use it/)
})

test('a scope can say it for all its routes', async () => {
  const app = guarded()
  app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'read' }
    })
    scope.get('/inside', async () => 'x')
  })
  await app.ready()
  assert.equal((await app.inject('/inside')).statusCode, 401)
})

test('behind a proxy that changes the host, pages of the public address may write', async () => {
  const app = guarded()
  app.post('/write', { config: { access: 'anonymous' } }, async () => 'x')
  const from = (origin: string) =>
    app.inject({ method: 'POST', url: '/write', headers: { origin, host: 'inner:3000' } })
  assert.equal((await from('https://plenum.example')).statusCode, 200)
  assert.equal((await from('http://plenum.example')).statusCode, 403)
  assert.equal((await from('https://plenum.example.evil.example')).statusCode, 403)
})

test('who is refused is refused before the body is read', async () => {
  const app = guarded()
  let parsed = false
  app.addContentTypeParser('text/plain', (_request, _payload, done) => {
    parsed = true
    done(null, '')
  })
  app.post('/write', { config: { access: 'configure' } }, async () => 'x')
  const headers = { 'content-type': 'text/plain' }
  assert.equal((await app.inject({ method: 'POST', url: '/write', headers, payload: 'x' })).statusCode, 401)
  assert.equal(parsed, false)
})
