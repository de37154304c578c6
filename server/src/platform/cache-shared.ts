import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Offer } from './cache-copies.ts'
import { fillScript, tellScript } from './cache-scripts.ts'
import type { Redis } from './redis.ts'

/** How far Redis was when a reading began; what is read from then on may be handed in with it. */
export interface SharedBegan {
  epoch: string
  change: number
  atMs: number
}
export interface SharedCopy<V> {
  value: V
  /** Milliseconds since 1970, by the clock of whoever put it there. */
  untilMs: number
  lifeMs: number
}
export interface Filled<V> {
  id: number
  value: V
  lifeMs: number
}
export interface SharedRead<V> {
  began: SharedBegan
  found: Map<number, SharedCopy<V>>
}

/**
 * What all instances remember of one kind. `undefined` and `false`: it does not answer, so that nothing is known of
 * what became of the request.
 */
export interface Shared<V> {
  read(ids: readonly number[]): Promise<SharedRead<V> | undefined>
  fill(began: SharedBegan, values: readonly Filled<V>[]): Promise<void>
  offer(offers: readonly Offer<V>[]): Promise<boolean>
  drop(ids: readonly number[]): Promise<boolean>
  dropAll(): Promise<boolean>
}

/** Copies in Redis, each rule one script (cache-scripts.ts). */
export function createSharedCopies<V>({
  redis,
  secret,
  isSigned,
  name,
  keyOf,
  now,
}: {
  redis: Redis
  /** The same for all instances on one database, and for no others: two installations may share a Redis. */
  secret: string
  /** Whether it decides what somebody may: then whoever can write to Redis must not be believed. */
  isSigned: boolean
  name: string
  keyOf: (id: number) => string
  now: () => number
}): Shared<V> {
  // With the number of this shape. Values under keys of another version or installation are of another epoch.
  const hash = `plenum:cache:1:${createHash('sha256').update(`cache ${secret}`).digest('hex').slice(0, 16)}:${name}`
  const sign = (id: number, epoch: string, untilMs: number, value: string): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['cache', keyOf(id), epoch, untilMs, value]))
      .digest('base64url')
  const keysOf = (ids: readonly number[]): string[] => [hash, ...ids.map(keyOf)]
  const newEpoch = (): string => randomBytes(9).toString('base64url')

  const began = (): Promise<SharedBegan | undefined> =>
    redis.ask(async (client) => {
      const [[epoch, change], time] = await Promise.all([
        client.hmGet(hash, ['epoch', 'change']),
        client.sendCommand<string[]>(['TIME']),
      ])
      if (!epoch) return undefined
      const [seconds, microseconds] = time.map(Number) as [number, number]
      return { epoch, change: Number(change ?? 0), atMs: seconds * 1_000 + Math.floor(microseconds / 1_000) }
    })

  const tell = async (ids: readonly number[], args: string[]): Promise<boolean> =>
    (await redis.ask((client) =>
      client.eval(tellScript, { keys: keysOf(ids), arguments: [String(now()), ...args] }),
    )) !== undefined

  return {
    async read(ids) {
      // Sent together. The epoch is asked for first, so that no value is taken for one of a later epoch.
      const [known, texts] = await Promise.all([
        began(),
        ids.length === 0 ? [] : redis.ask((client) => client.mGet(ids.map(keyOf))),
      ])
      if (texts === undefined) return undefined
      if (known === undefined) {
        const made = await redis.ask((client) => client.hSetNX(hash, 'epoch', newEpoch()))
        const first = made === undefined ? undefined : await began()
        return first && { began: first, found: new Map() }
      }
      const found = new Map<number, SharedCopy<V>>()
      const opening = `{"epoch":"${known.epoch}",`
      ids.forEach((id, i) => {
        const text = texts[i]
        if (!text?.startsWith(opening)) return
        const { value, until, life, mac } = JSON.parse(text) as { value: V; until: number; life: number; mac?: string }
        if (isSigned && mac !== sign(id, known.epoch, until, JSON.stringify(value))) return
        found.set(id, { value, untilMs: until, lifeMs: life })
      })
      return { began: known, found }
    },

    async fill({ epoch, change, atMs }, values) {
      if (values.length === 0) return
      const args = values.flatMap(({ id, value, lifeMs }) => {
        const [untilMs, text] = [now() + lifeMs, JSON.stringify(value)]
        const mac = isSigned ? `"mac":"${sign(id, epoch, untilMs, text)}",` : ''
        return [String(lifeMs), `{"epoch":"${epoch}","life":${lifeMs},"until":${untilMs},${mac}"value":${text}}`]
      })
      await redis.ask((client) =>
        client.eval(fillScript, {
          keys: keysOf(values.map(({ id }) => id)),
          arguments: [epoch, String(change), String(atMs), ...args],
        }),
      )
    },

    offer: (offers) =>
      tell(
        offers.map(({ id }) => id),
        offers.flatMap(({ at, value, isNew }) => [String(at), isNew ? '1' : '0', JSON.stringify(value)]),
      ),
    drop: (ids) =>
      tell(
        ids,
        ids.flatMap(() => ['0', '0', '']),
      ),
    dropAll: async () => (await redis.ask((client) => client.hSet(hash, 'epoch', newEpoch()))) !== undefined,
  }
}
