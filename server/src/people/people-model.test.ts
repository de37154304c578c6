import assert from 'node:assert/strict'
import test from 'node:test'
import { type InvitationInput, type Problem, type Role, roles, type UserPatch } from '@plenum/contract'
import fc from 'fast-check'
import { sql } from 'kysely'
import { administrator, type Caller, createSmallBuilding, startTestServer } from '#test'
import { accept, attempt, invite, password, withCookies } from '../../test/people.ts'

/** Any sequence of what administrators and those invited do, against a list that a child could keep. */
const server = await startTestServer()
const { services } = server
const { db } = services.database
const { building, floor } = await createSmallBuilding(server)
const scopes = [
  { building_ids: [building.id], floor_ids: [] },
  { building_ids: [], floor_ids: [floor.id] },
]

interface Known {
  email: string
  role: Role
  disabled: boolean
  session: Caller
  id: string
}
interface Model {
  people: Known[]
  invited: { email: string; role: Role; token: string; id: number }[]
}
type Step =
  | { do: 'invite'; role: Role; scope: number | null }
  | { do: 'revoke' | 'reissue' | 'accept' | 'signIn'; which: number }
  | { do: 'role'; which: number; role: Role; scope: number | null }
  | { do: 'disable' | 'enable'; which: number }
  | { do: 'twoAtOnce'; which: number; other: number }

const which = fc.nat({ max: 5 })
const role = fc.constantFrom<Role>(...roles)
const scope = fc.option(fc.nat({ max: 1 }))
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('invite' as const), role, scope }),
  fc.record({ do: fc.constantFrom('revoke' as const, 'reissue' as const), which }),
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('accept' as const, 'signIn' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('role' as const), which, role, scope }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('disable' as const, 'enable' as const), which }) },
  fc.record({ do: fc.constant('twoAtOnce' as const), which, other: which }),
)

const isActiveAdministrator = (one: Known) => one.role === 'administrator' && !one.disabled
const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)]
/** Whether the scope goes with the role, said plainly. */
const fits = (wanted: Role, at: number | null): boolean =>
  wanted === 'administrator' ? at === null : at !== null && (at === 0 || wanted === 'viewer')
const given = (at: number | null) => (at === null ? {} : { scope: scopes[at] as InvitationInput['scope'] & object })

let emails = 0
async function act(model: Model, action: Step): Promise<void> {
  const boss = model.people.find(isActiveAdministrator)
  assert.ok(boss, 'somebody is administrator')
  const change = async (one: Known, patch: UserPatch, by = boss): Promise<number> =>
    (await by.session('PATCH', `/api/users/${one.id}`, patch)).statusCode
  const wouldBeLast = (one: Known) =>
    isActiveAdministrator(one) && model.people.filter(isActiveAdministrator).length === 1

  switch (action.do) {
    case 'invite': {
      const email = `m${++emails}@example.com`
      const input = { email, role: action.role, ...given(action.scope) }
      if (!fits(action.role, action.scope)) {
        assert.equal((await boss.session('POST', '/api/invitations', input)).statusCode, 422)
        return
      }
      const { token, id } = await invite(boss.session, input)
      model.invited.push({ email, role: action.role, token, id })
      return
    }
    case 'revoke':
    case 'reissue': {
      const one = pick(model.invited, action.which)
      if (!one) return
      if (action.do === 'revoke') {
        assert.equal((await boss.session('DELETE', `/api/invitations/${one.id}`)).statusCode, 204)
        model.invited.splice(model.invited.indexOf(one), 1)
        assert.equal((await accept(server, one.token)).statusCode, 404)
        return
      }
      const answer = await boss.session('POST', `/api/invitations/${one.id}/reissue`)
      assert.equal((await accept(server, one.token)).statusCode, 404, 'the old link')
      one.token = answer.json<{ url: string }>().url.split('/').at(-1) ?? ''
      return
    }
    case 'accept': {
      const one = pick(model.invited, action.which)
      if (!one) return
      const answer = await accept(server, one.token)
      const open = await db
        .selectFrom('invitation')
        .select('id')
        .where('id', '=', one.id)
        .where('expires_at', '>', sql<Date>`now()`)
        .execute()
      if (answer.statusCode === 404) return assert.equal(open.length, 0, 'its inviter is administrator no longer')
      assert.equal(answer.statusCode, 201, answer.body)
      model.invited.splice(model.invited.indexOf(one), 1)
      const { id } = answer.json<{ user: { id: string } }>().user
      const session = withCookies(server, answer)
      model.people.push({ email: one.email, role: one.role, disabled: false, session, id })
      return
    }
    case 'signIn': {
      const one = pick(model.people, action.which) as Known
      const answer = await attempt(server, { email: one.email, password: passwordOf(one) })
      assert.equal(answer.statusCode, one.disabled ? 401 : 200)
      if (!one.disabled) one.session = withCookies(server, answer)
      return
    }
    case 'role': {
      const one = pick(model.people, action.which) as Known
      const status = await change(one, { role: action.role, ...given(action.scope) })
      const fitsNow = action.scope !== null || action.role === 'administrator' ? fits(action.role, action.scope) : null
      if (fitsNow === false) return assert.equal(status, 422)
      if (fitsNow === null && status === 422) return
      if (wouldBeLast(one) && action.role !== 'administrator') return assert.equal(status, 409)
      assert.equal(status, 200)
      one.role = action.role
      return
    }
    case 'disable':
    case 'enable': {
      const one = pick(model.people, action.which) as Known
      const disabled = action.do === 'disable'
      const status = await change(one, { disabled })
      if (disabled && wouldBeLast(one)) return assert.equal(status, 409)
      assert.equal(status, 200)
      const isOther = one.disabled !== disabled
      one.disabled = disabled
      if (isOther) assert.equal((await one.session('GET', '/api/profile')).statusCode, 401, 'sessions end')
      if (isOther && !disabled) await act(model, { do: 'signIn', which: model.people.indexOf(one) })
      return
    }
    case 'twoAtOnce': {
      const bosses = model.people.filter(isActiveAdministrator)
      const [one, other] = [pick(bosses, action.which) as Known, pick(bosses, action.other) as Known]
      const statuses = await Promise.all([
        change(one, { disabled: true }, other),
        change(other, { disabled: true }, one),
      ])
      // Which of them was first is nobody's promise; what is there then is what was answered.
      for (const each of new Set([one, other])) {
        const row = await db.selectFrom('person').select('disabled_at').where('id', '=', each.id).executeTakeFirst()
        each.disabled = row?.disabled_at !== null
      }
      assert.ok(
        statuses.every((status) => [200, 401, 403, 409].includes(status)),
        statuses.join(),
      )
      assert.equal(
        [...new Set([one, other])].some(({ disabled }) => disabled),
        statuses.includes(200),
      )
    }
  }
}

const passwordOf = ({ email }: Known): string => (email === administrator.email ? administrator.password : password)

/** Who may do what is what the list says; asked of the running application. */
async function compare({ people }: Model): Promise<void> {
  assert.ok(people.some(isActiveAdministrator), 'never without an administrator')
  for (const one of people) {
    if (one.disabled) {
      assert.equal((await one.session('GET', '/api/profile')).statusCode, 401, one.email)
      continue
    }
    const answer = await one.session('GET', '/api/profile')
    assert.equal(answer.statusCode, 200, `${one.email}: ${answer.body}`)
    assert.equal(answer.json<{ role: Role }>().role, one.role)
    const users = await one.session('GET', '/api/users')
    assert.equal(users.statusCode, one.role === 'administrator' ? 200 : 403, users.json<Problem>().code)
  }
}

test('after any sequence of invitations and changes the right people may do the right things', async () => {
  const own = await db
    .selectFrom('person')
    .select('id')
    .where('email', '=', administrator.email)
    .executeTakeFirstOrThrow()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const answer = await attempt(server, administrator)
      const boss = { ...administrator, role: 'administrator' as const, disabled: false, id: own.id }
      const model: Model = { people: [{ ...boss, session: withCookies(server, answer) }], invited: [] }
      try {
        for (const action of steps) {
          await act(model, action)
          await compare(model)
        }
      } finally {
        await sql`delete from invitation`.execute(db)
        await sql`delete from person where id <> ${own.id}`.execute(db)
        await sql`update person set role = 'administrator', disabled_at = null, sees_presence = true`.execute(db)
        await sql`delete from person_scope`.execute(db)
      }
    }),
    { numRuns: 25 },
  )
})
