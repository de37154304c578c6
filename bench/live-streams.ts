import { startChildServer } from './child-server.ts'

export interface LiveClientsSettings {
  port: number
  clients: readonly { path: string; cookie: string }[]
}

/** What live clients have heard since they were asked last. */
export interface Heard {
  /** From the timestamp of an event's first reading, by the clock of this machine, in milliseconds. */
  delaysMs: number[]
  events: number
  /** Streams that ended. */
  lost: number
}

/** Opens all streams; resolves when each has its snapshot. */
export async function openLiveStreams(settings: LiveClientsSettings) {
  const child = await startChildServer(new URL('./live-clients.ts', import.meta.url), settings)
  return {
    take: async (): Promise<Heard> => (await (await fetch(`http://127.0.0.1:${child.port}/`)).json()) as Heard,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  }
}
