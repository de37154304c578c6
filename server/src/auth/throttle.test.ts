import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import type { PlenumError } from '#platform'
import { createTestClock, startTestServer } from '#test'
import { type Attempted, createThrottle } from './throttle.ts'
import { createThrottleStore } from './throttle-store.ts'

const { services } = await startTestServer()
const { db } = services.database
const clock = createTestClock()
/** A process of its own on the same database. */
const instance = () => createThrottle({ store: createThrottleStore(db), secret: 'the same for all', clock })
const throttle = instance()

let people = 0
/** Somebody, and an address, that no other test has used. */
const somebody = (): Attempted => {
  const n = ++people
  return { kind: 'sign_in', account: `person${n}@example.com`, address: `10.1.${n >> 8}.${n & 255}` }
}
const outcome = async (attempted: Attempted, at = throttle): Promise<'tried' | PlenumError> =>
  at.attempt(attempted).then(
    () => 'tried',
    (error: PlenumError) => error,
  )
const triesOf = async (attempts: Attempted[], at = throttle): Promise<number> => {
  let tried = 0
  for (const attempted of attempts) if ((await outcome(attempted, at)) === 'tried') tried++
  return tried
}
const times = (n: number, attempted: (i: number) => Attempted) => Array.from({ length: n }, (_, i) => attempted(i))
const address = (i: number): string => `198.51.${i >> 8}.${i & 255}`
const end = async (): Promise<void> => {
  await sql`update throttle_count set ends_at = now()`.execute(db)
  clock.nowMs += 3_600_000
}

test('one address has ten tries at an account, and is told how long to wait', async () => {
  const one = somebody()
  assert.equal(await triesOf(times(50, () => one)), 10)
  const refused = (await outcome(one)) as PlenumError
  assert.deepEqual([refused.code, refused.status], ['too_many_attempts', 429])
  const { retryAfterS = 0 } = refused.details
  assert.ok(retryAfterS > 0 && retryAfterS <= 900, String(retryAfterS))
})

test('from another address the account is not refused, and the address is not for other accounts', async () => {
  const one = somebody()
  await triesOf(times(20, () => one))
  assert.equal(await outcome({ ...one, address: somebody().address }), 'tried')
  assert.equal(await outcome({ ...one, account: somebody().account }), 'tried')
})

test('an address that tries account after account is stopped after a hundred', async () => {
  const { address: from } = somebody()
  assert.equal(await triesOf(times(150, (i) => ({ ...somebody(), address: from, account: `a${i}@example.com` }))), 100)
  assert.equal(await outcome(somebody()), 'tried', 'others go on')
})

test('an account that many addresses try is stopped after a hundred, except where it has signed in before', async () => {
  const { account } = somebody()
  assert.equal(await triesOf(times(150, (i) => ({ ...somebody(), account, address: address(i) }))), 100)
  const owner = { ...somebody(), account }
  assert.notEqual(await outcome(owner), 'tried', 'a new device waits')
  assert.equal(await outcome({ ...owner, device: 'known' }), 'tried')
  assert.equal(await triesOf(times(30, () => ({ ...owner, device: 'known' }))), 9, 'a known device has its own count')
})

test('what one small limit refuses does not use up the large ones', async () => {
  const { account } = somebody()
  const from = somebody().address
  await triesOf(times(500, () => ({ ...somebody(), account, address: from })))
  assert.equal(await triesOf(times(89, (i) => ({ ...somebody(), account, address: address(i + 1_000) }))), 89)
})

test('whoever was right has tried nothing', async () => {
  const one = somebody()
  for (let i = 0; i < 30; i++) await (await throttle.attempt(one)).succeeded()
  assert.equal(await triesOf(times(20, () => one)), 10)
})

test('a hundred at once get as many tries as one after the other, over several instances', async () => {
  const one = somebody()
  const instances = Array.from({ length: 3 }, instance)
  const outcomes = await Promise.all(times(100, () => one).map((it, i) => outcome(it, instances[i % 3])))
  assert.equal(outcomes.filter((it) => it === 'tried').length, 10)
  assert.equal(await triesOf([one], instance()), 0, 'and one that was just started knows')
})

test('when the window is over, tries are there again', async () => {
  const one = somebody()
  assert.equal(await triesOf(times(11, () => one)), 10)
  await end()
  assert.equal(await triesOf(times(11, () => one)), 10)
})

test('an account is the same in capitals, an IPv6 address the same in all of its network', async () => {
  const one = { ...somebody(), address: '2001:db8:1:ff01::1' }
  const spelled = (i: number): Attempted => ({
    ...one,
    account: i % 2 ? one.account : String(one.account).toUpperCase(),
    address: `2001:db8:1:ff${i.toString(16).padStart(2, '0')}::${i}`,
  })
  assert.equal(await triesOf(times(30, spelled)), 10)
})

test('each kind counts for itself, and a token that names nobody by address', async () => {
  const one = somebody()
  await triesOf(times(20, () => one))
  assert.equal(await outcome({ ...one, kind: 'second_factor' }), 'tried')
  const token = { ...somebody(), kind: 'invitation', account: null } as const
  assert.equal(await triesOf(times(150, () => token)), 100)
})

test('a flood writes no rows but those of its counters, and names nobody in them', async () => {
  await db.deleteFrom('throttle_count').execute()
  const one = somebody()
  await triesOf(times(1_000, () => one))
  const rows = await db.selectFrom('throttle_count').selectAll().orderBy('rule').execute()
  assert.deepEqual(
    rows.map(({ rule, count }) => [rule, count]),
    [
      ['sign_in.perAccount', 10],
      ['sign_in.perAddress', 10],
      ['sign_in.perPair', 10],
    ],
  )
  for (const { bucket } of rows) assert.ok(bucket >= 0 && bucket < 2 ** 18)
  assert.doesNotMatch(JSON.stringify(rows), /example|10\.1/)
  await end()
  await services.auth.dropExpiredSessions()
  assert.deepEqual(await db.selectFrom('throttle_count').selectAll().execute(), [])
})
