import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Caller, caller, createPerson, startTestServer, type TestPerson } from '#test'
import type { RecoveryCodes, TwoFactorSetup } from '@plenum/contract'
import type { LightMyRequestResponse } from 'fastify'
import { codeAt, cookiesOf, giveCode, givePassword } from '../../test/second-factor.ts'

/** Any sequence of what a person with a password does, against a notebook in which a child could keep it. */
const server = await startTestServer()
const { app, as, clock, services } = server
const { db } = services.database
const path = '/api/auth/two-factor'

interface Notebook {
  person: TestPerson
  /** Made by setup; in the app from then on. */
  begun: string | null
  secret: string | null
  lastStep: number
  codes: string[]
  usedCodes: string[]
  /** Cookies of sessions that must be open, and of those that must not. */
  open: Caller[]
  closed: Caller[]
  /** Answers of a right password for which a code is awaited. */
  awaited: LightMyRequestResponse[]
  void: LightMyRequestResponse[]
}

type Given = { kind: 'now' | 'next' | 'old' | 'wrong' } | { kind: 'recovery' | 'used recovery'; which: number }
type Step =
  | { do: 'password' | 'setup' | 'reset' | 'wait' }
  | { do: 'enable'; given: Given }
  | { do: 'code'; given: Given; stale: boolean; which: number }
  | { do: 'disable' | 'renew'; given: Given; wrongPassword: boolean }

const which = fc.nat({ max: 9 })
const given: fc.Arbitrary<Given> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('now' as const, 'next' as const) }) },
  fc.record({ kind: fc.constantFrom('old' as const, 'wrong' as const) }),
  fc.record({ kind: fc.constantFrom('recovery' as const, 'used recovery' as const), which }),
)
const stale = fc.boolean()
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Step>({ do: 'password' }, { do: 'wait' }) },
  { weight: 2, arbitrary: fc.constantFrom<Step>({ do: 'setup' }) },
  fc.constantFrom<Step>({ do: 'reset' }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('enable' as const), given }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('code' as const), given, stale, which }) },
  fc.record({ do: fc.constantFrom('disable' as const, 'renew' as const), given, wrongPassword: stale }),
)

const stepNow = () => Math.floor(clock.nowMs / 30_000)

/** What is sent, and whether the notebook says that it is right; what is right is crossed out. */
function give(book: Notebook, kind: Given, secret: string | null): { body: object; isRight: boolean } {
  if (kind.kind === 'recovery' || kind.kind === 'used recovery') {
    const from = kind.kind === 'recovery' ? book.codes : book.usedCodes
    const code = from[kind.which % Math.max(1, from.length)]
    const isRight = secret !== null && kind.kind === 'recovery' && code !== undefined
    return { body: { recovery_code: code ?? 'aaaa-bbbb-cccc-dddd' }, isRight }
  }
  const steps = { now: 0, next: 1, old: -3, wrong: 7 }[kind.kind]
  const code = codeAt(secret ?? 'A'.repeat(32), clock.nowMs, steps)
  return { body: { code }, isRight: secret !== null && Math.abs(steps) < 2 && stepNow() + steps > book.lastStep }
}

function crossOut(book: Notebook, kind: Given, body: object): void {
  if ('recovery_code' in body) {
    book.codes = book.codes.filter((code) => code !== body.recovery_code)
    book.usedCodes.push(body.recovery_code as string)
  } else book.lastStep = stepNow() + (kind.kind === 'next' ? 1 : 0)
}

const off = (book: Notebook): void => {
  book.void.push(...book.awaited)
  Object.assign(book, { begun: null, secret: null, lastStep: 0, codes: [], awaited: [] })
}
const withCookies = (answer: LightMyRequestResponse): Caller => caller(app, { cookie: cookiesOf(answer) })

async function act(book: Notebook, action: Step): Promise<void> {
  const { person } = book
  const [session] = book.open
  switch (action.do) {
    case 'wait':
      clock.nowMs += 30_000
      return
    case 'password': {
      const answer = await givePassword(server, person)
      assert.equal(answer.statusCode, 200)
      if (book.secret === null) {
        assert.ok('user' in answer.json())
        book.open.push(withCookies(answer))
      } else {
        assert.deepEqual(answer.json(), { two_factor_required: true })
        book.awaited.push(answer)
        book.closed.push(withCookies(answer))
      }
      return
    }
    case 'code': {
      const from = action.stale ? book.void : book.awaited
      const first = from[action.which % Math.max(1, from.length)]
      if (first === undefined) return
      const { body, isRight } = give(book, action.given, book.secret)
      const answer = await giveCode(server, first, body)
      if (action.stale) return assert.equal(answer.statusCode, 409, answer.body)
      assert.equal(answer.statusCode, isRight ? 200 : 401, `${JSON.stringify(action)} ${answer.body}`)
      if (!isRight) return
      crossOut(book, action.given, body)
      book.awaited = book.awaited.filter((one) => one !== first)
      book.void.push(first)
      book.open.push(withCookies(answer))
      return
    }
    case 'setup': {
      if (!session) return
      const answer = await session('POST', `${path}/setup`, { password: person.password })
      assert.equal(answer.statusCode, book.secret === null ? 200 : 409)
      if (book.secret === null) Object.assign(book, { begun: answer.json<TwoFactorSetup>().secret, lastStep: 0 })
      return
    }
    case 'enable': {
      if (!session) return
      const { body, isRight } = give(book, action.given, book.begun)
      if (!('code' in body)) return
      const answer = await session('POST', `${path}/enable`, body)
      if (book.secret !== null || book.begun === null) return assert.equal(answer.statusCode, 409)
      assert.equal(answer.statusCode, isRight ? 200 : 422, answer.body)
      if (!isRight) return
      crossOut(book, action.given, body)
      book.secret = book.begun
      book.usedCodes.push(...book.codes)
      book.codes = answer.json<RecoveryCodes>().recovery_codes
      book.closed.push(...book.open.slice(1))
      book.open = [session]
      return
    }
    case 'disable':
    case 'renew': {
      if (!session) return
      const { body, isRight } = give(book, action.given, book.secret)
      const password = action.wrongPassword ? 'wrong wrong' : person.password
      const url = `${path}/${action.do === 'renew' ? 'recovery-codes' : 'disable'}`
      const answer = await session('POST', url, { password, ...body })
      if (book.secret === null) return assert.equal(answer.statusCode, 409)
      const isDone = isRight && !action.wrongPassword
      assert.equal(answer.statusCode, isDone ? (action.do === 'renew' ? 200 : 204) : 422, answer.body)
      if (!isDone) return
      crossOut(book, action.given, body)
      book.usedCodes.push(...book.codes)
      if (action.do === 'disable') off(book)
      else book.codes = answer.json<RecoveryCodes>().recovery_codes
      return
    }
    case 'reset': {
      const answer = await as('DELETE', `/api/users/${person.id}/two-factor`)
      assert.equal(answer.statusCode, book.secret === null ? 409 : 204)
      book.usedCodes.push(...book.codes)
      // Also what was only begun is gone then, unless nothing was on: then nothing was done.
      if (book.secret !== null) off(book)
    }
  }
}

async function compare(book: Notebook): Promise<void> {
  for (const session of book.open) assert.equal((await session('GET', '/api/profile')).statusCode, 200, 'is open')
  for (const session of book.closed) assert.equal((await session('GET', '/api/profile')).statusCode, 401, 'is not')
  const rows = await db.selectFrom('session').select('id').where('user_id', '=', book.person.id).execute()
  assert.equal(rows.length, book.open.length, 'and no other session')
}

test('after any sequence of passwords, codes, recovery codes, switching on and off the right sessions are open', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 24 }), async (steps) => {
      const person = await createPerson(server, { role: 'viewer' })
      const book: Notebook = {
        person,
        begun: null,
        secret: null,
        lastStep: 0,
        codes: [],
        usedCodes: [],
        open: [person.as],
        closed: [],
        awaited: [],
        void: [],
      }
      for (const action of steps) await act(book, action)
      await compare(book)
      await db.deleteFrom('throttle_count').execute()
    }),
    { numRuns: 25 },
  )
})
