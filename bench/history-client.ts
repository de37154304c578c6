import assert from 'node:assert/strict'
import type { RawRecord, RollupRecord, Series } from '@plenum/contract'
import type { ApiSession } from './api-session.ts'
import { type HttpAnswer, openKeepAlive } from './keep-alive-client.ts'

/** Pages as they came, read only when somebody asks: the client's reading is not what is measured. */
export interface Answered {
  ms: number
  pages: string[]
}

const nothing = Buffer.alloc(0)
const span = (fromMs: number, toMs: number): string =>
  `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`

export type HistoryClient = ReturnType<typeof createHistoryClient>

/** Asks as a browser does that is signed in; each question over a connection of its own, there before the clock starts. */
export function createHistoryClient(port: number, { cookie }: ApiSession) {
  const answered = async (pathAfter: (page: string | null) => string | null) => {
    const connection = await openKeepAlive(port)
    try {
      const pages: string[] = []
      let head = ''
      const started = performance.now()
      for (let path = pathAfter(null); path !== null; path = pathAfter(pages.at(-1) as string)) {
        const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\n`
        const answer: HttpAnswer = await connection.exchange(request, nothing)
        assert.equal(answer.status, 200, answer.body.slice(0, 1_000))
        pages.push(answer.body)
        head = answer.head
      }
      return { ms: performance.now() - started, pages, head }
    } finally {
      connection.close()
    }
  }
  const once = (path: string) => answered((page) => (page === null ? path : null))

  return {
    /** All pages, from the first request sent to the last answer. */
    floor(floorId: number, fromMs: number, toMs: number, resolution = 'auto'): Promise<Answered> {
      const path = `/api/dashboard/floor/${floorId}/history?${span(fromMs, toMs)}&resolution=${resolution}&limit=10000`
      return answered((page) => {
        if (page === null) return path
        const cursor = cursorOf(page)
        return cursor === null ? null : `${path}&cursor=${encodeURIComponent(cursor)}`
      })
    },
    series: (sensorId: number, fromMs: number, toMs: number, points: number): Promise<Answered> =>
      once(`/api/sensors/${sensorId}/series?${span(fromMs, toMs)}&points=${points}`),
    dashboard: (floorId: number) => once(`/api/dashboard/floor/${floorId}`),
  }
}

/** Stands at the end: parsing megabytes for it would take as long as making them. */
const cursorOf = (page: string): string | null =>
  (JSON.parse(`{${page.slice(page.lastIndexOf('"next_cursor"'))}`) as { next_cursor: string | null }).next_cursor

export const recordsOf = <T extends RawRecord | RollupRecord>({ pages }: Answered): T[] =>
  pages.flatMap((page) => (JSON.parse(page) as { records: T[] }).records)

export const seriesOf = ({ pages }: Answered): Series => JSON.parse(pages[0] as string) as Series
