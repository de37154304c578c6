import assert from 'node:assert/strict'
import test from 'node:test'
import { assertPoolAtRest, startTestServer } from '#test'

const { services } = await startTestServer()

test('the check after every test does see a connection that was not given back', async () => {
  const held = Promise.withResolvers<void>()
  const taken = Promise.withResolvers<void>()
  const holding = services.database.db.connection().execute(async () => {
    taken.resolve()
    await held.promise
  })
  await taken.promise
  try {
    await assert.rejects(assertPoolAtRest(services), /a connection was not given back/)
  } finally {
    held.resolve()
    await holding
  }
  await assertPoolAtRest(services)
})
