import test from 'node:test'
import { writeFileSync } from 'node:fs'
import { startTestServer, createSmallBuilding } from '#test'
const server = await startTestServer()
const show = (r: any) => console.log(r.statusCode, JSON.stringify(r.headers['allow']), r.body.slice(0, 300))
test('probe', async () => {
  const { as, app } = server
  const doc = await as('GET', '/api/openapi.json')
  writeFileSync('/tmp/probe/openapi.json', JSON.stringify(doc.json(), null, 1))
  console.log(app.printRoutes({ commonPrefix: false }))
  const docs = await as('GET', '/api/docs/')
  show(docs)
  console.log(docs.headers)
  show(await as('GET', '/api/docs/static/swagger-initializer.js'))
  show(await as('GET', '/api/docs'))
  const small = await createSmallBuilding(server)
  show(await as('HEAD', '/api/buildings'))
  show(await as('HEAD', `/api/dashboard/floor/${small.floor.id}`))
  show(await as('HEAD', '/api/auth/get-session'))
  show(await as('GET', '/api/nothing'))
  show(await as('PUT', '/api/buildings/1'))
  show(await as('GET', '/api/%zz'))
  show(await as('GET', '/api/buildings/' + '1'.repeat(300)))
  show(await as('POST', '/api/buildings', { name: 'a\ud800', timezone: 'UTC' }))
  show(await as('POST', '/api/buildings', { name: 'x', timezone: 'SystemV/PST8' }))
  show(await as('POST', '/api/buildings', { name: 'x', timezone: 'CET' }))
  show(await as('POST', '/api/buildings', { name: '\u202ex', timezone: 'asia/tokyo' }))
  show(await as('PATCH', `/api/buildings/${small.building.id}`, { id: 5 }))
  show(await as('PATCH', `/api/buildings/${small.building.id}`, {}))
  show(await as('PATCH', `/api/buildings/${small.building.id}`, { name: null }))
  show(await as('PATCH', `/api/buildings/${small.building.id}`, 'x', { 'content-type': 'application/json' }))
  show(await app.inject({ url: '/api/buildings', headers: { cookie: 'plenum.session_token=%E0%A4%A' } }))
  show(await app.inject({ url: '/api/buildings', headers: { cookie: 'plenum.session_token=abc.def; =; ;;' } }))
  show(await app.inject({ url: '/api/buildings', headers: { cookie: 'plenum.session_token=é\u00ff' } }))
  const t0 = performance.now()
  show(
    await as('POST', '/api/zones', {
      floor_id: small.floor.id,
      name: 'z',
      outline: Array.from({ length: 400_000 }, () => 1),
    }),
  )
  console.log('bad outline', performance.now() - t0)
  const t1 = performance.now()
  show(await as('POST', '/api/zones', Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 1]))))
  console.log('many keys', performance.now() - t1)
  const t2 = performance.now()
  show(await as('POST', '/api/zones', '['.repeat(100_000), { 'content-type': 'application/json' }))
  show(
    await as('POST', '/api/zones', '['.repeat(100_000) + ']'.repeat(100_000), { 'content-type': 'application/json' }),
  )
  show(await as('POST', '/api/zones', '{"__proto__": {"a": 1}}', { 'content-type': 'application/json' }))
  show(await as('POST', '/api/auth/sign-out', '[1]', { 'content-type': 'application/json' }))
  show(await as('POST', '/api/auth/sign-out', 'a', { 'content-type': 'text/weird' }))
  show(await as('DELETE', '/api/zones/1', 'a', { 'content-type': 'application/json' }))
  show(await as('DELETE', '/api/zones/1', 'a', { 'content-type': 'text/weird' }))
  console.log('deep', performance.now() - t2)
})
