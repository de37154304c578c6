import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { RecoveryCodes, TwoFactorSetup } from '@plenum/contract'
import type { LightMyRequestResponse } from 'fastify'
import { type Caller, caller, type TestServer } from './harness.ts'

/** An authenticator app, written from RFC 4226 and RFC 6238, apart from the code under test. */
export function codeAt(secret: string, nowMs: number, steps = 0): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(secret, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30_000) + steps))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

export const cookiesOf = (answer: LightMyRequestResponse): string =>
  answer.cookies
    .filter(({ value }) => value !== '')
    .map(({ name, value }) => `${name}=${encodeURIComponent(value)}`)
    .join('; ')

/** Moves on to where no code has been used yet. */
export const nextStep = ({ clock }: Pick<TestServer, 'clock'>): void => {
  clock.nowMs += 90_000
}

/** Switches two-factor sign-in on for whoever calls. */
export async function enableTwoFactor(server: TestServer, as: Caller, password: string) {
  const begun = await as('POST', '/api/auth/two-factor/setup', { password })
  assert.equal(begun.statusCode, 200, begun.body)
  const { secret } = begun.json<TwoFactorSetup>()
  const enabled = await as('POST', '/api/auth/two-factor/enable', { code: codeAt(secret, server.clock.nowMs) })
  assert.equal(enabled.statusCode, 200, enabled.body)
  return { secret, recoveryCodes: enabled.json<RecoveryCodes>().recovery_codes }
}

let addresses = 0
/** Signs in as far as a password goes, from an address of its own. */
export async function givePassword({ app }: TestServer, person: { email: string; password: string }) {
  const { email, password } = person
  const remoteAddress = `10.20.${(++addresses >> 8) & 255}.${addresses & 255}`
  const payload = { email, password }
  return app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload, remoteAddress })
}

/** What follows a password that was right: gives a code for it. */
export const giveCode = ({ app }: TestServer, first: LightMyRequestResponse, given: object) =>
  caller(app, { cookie: cookiesOf(first) })('POST', '/api/auth/two-factor/verify', given)
