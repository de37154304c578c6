import assert from 'node:assert/strict'
import type { Benchmark, Outcome, Size } from './benchmark.ts'
import { tabulate } from './figures.ts'
import { administrator, startServer } from './server-process.ts'
import { ratioOf, spread } from './statistics.ts'

/** Below the hundred failures an hour that one account has. */
const roundsOf: Record<Size, number> = { tiny: 3, small: 60, full: 90 }

/** Each attempt comes from an address of its own, or the throttle would answer in place of the sign-in. */
async function attemptMs(port: number, email: string, round: number): Promise<number> {
  const body = JSON.stringify({ email, password: 'not the password' })
  const forwarded = `198.51.${email === administrator.email ? 100 : 101}.${round}`
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': forwarded }
  const started = performance.now()
  const answer = await fetch(`http://127.0.0.1:${port}/api/auth/sign-in/email`, { method: 'POST', headers, body })
  const text = await answer.text()
  const ms = performance.now() - started
  assert.equal(answer.status, 401, text)
  return ms
}

export const signIn: Benchmark = {
  description: 'a wrong sign-in for an account that is there, and for one that is not',

  async run({ size, say }): Promise<Outcome> {
    await using server = await startServer({ profileDir: null, env: { PLENUM_TRUSTED_PROXIES: '127.0.0.1' } })
    const rounds = roundsOf[size]
    const there: number[] = []
    const not: number[] = []
    say(`${rounds} rounds`)
    for (let round = 0; round <= rounds; round++) {
      const known = await attemptMs(server.port, administrator.email, round)
      const unknown = await attemptMs(server.port, `nobody${round}@plenum.local`, round)
      // The first one warms up.
      if (round > 0) {
        there.push(known)
        not.push(unknown)
      }
    }
    return {
      ...tabulate(
        'sign-in',
        [
          { name: 'account that is there', value: spread(there), unit: 'ms', digits: 1 },
          {
            name: 'account that is not',
            value: spread(not),
            unit: 'ms',
            digits: 1,
            against: { baseline: spread(there).median, ratio: ratioOf(not, there) },
          },
        ],
        'of the other',
      ),
      notes: [
        `Median of ${rounds} interleaved rounds, one request at a time. Whoever tries to tell accounts by time sees this ratio through the noise of`,
        'his line, and has ten tries in a quarter of an hour.',
      ],
    }
  },
}
