import type { IncomingMessage } from 'node:http'
import type { Principal } from '#auth'
import type { AtOnce } from '#platform'
import { codingFor } from './accepted-coding.ts'
import { answerOf } from './body-answer.ts'
import type { CachedBody } from './body-cache.ts'

interface FloorAtOnceContext {
  /** Whoever asks, if that is known without waiting. */
  callerAtOnce(request: IncomingMessage): Principal | null
  /** The floor's body, if it is there and they may see it. */
  held(principal: Principal, floorId: number): CachedBody | null
}

const start = '/api/dashboard/floor/'

/** A floor's dashboard, asked for again by somebody who is known: what most requests are. */
export function createFloorAtOnce({ callerAtOnce, held }: FloorAtOnceContext) {
  return (request: IncomingMessage): AtOnce | null => {
    const { url = '', headers } = request
    const id = url.startsWith(start) ? url.slice(start.length) : ''
    if (!/^\d{1,9}$/.test(id)) return null
    const principal = callerAtOnce(request)
    const body = principal && held(principal, Number(id))
    const coded = body?.codings.of(codingFor(headers['accept-encoding'] as string | undefined))
    if (!coded || coded instanceof Promise) return null
    return { route: `${start}:floor_id`, ...answerOf(coded, true, headers['if-none-match']) }
  }
}
