import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Span } from './coverage.ts'
import type { FeedState } from './gateway-feed.ts'

/** The file's shape: when the demo was first started, and what each gateway has delivered. */
interface Progress {
  started_at: string
  gateways: Record<string, { covered: [from: string, to: string][] }>
}

const read = (path: string): Progress | null => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Progress
  } catch {
    // Missing or damaged: sending again what the server has is harmless, it counts duplicates.
    return null
  }
}

/**
 * What has been delivered, on disk; without a path only in memory. Written beside and renamed, so that a crash leaves
 * the old or the new file and never half of one.
 */
export const openProgress = (options: {
  path: string | null
  nowMs: number
  failed: (error: unknown) => void
}): { startedAtMs: number; of(gateway: string): FeedState } => {
  const { path, nowMs, failed } = options
  const progress: Progress = (path === null ? null : read(path)) ?? {
    started_at: new Date(nowMs).toISOString(),
    gateways: {},
  }
  const write = (): void => {
    if (path === null) return
    try {
      writeFileSync(`${path}.new`, JSON.stringify(progress))
      renameSync(`${path}.new`, path)
    } catch (error) {
      failed(error)
    }
  }
  return {
    startedAtMs: Date.parse(progress.started_at),
    of: (gateway) => ({
      load: () =>
        (progress.gateways[gateway]?.covered ?? []).map(([from, to]): Span => [Date.parse(from), Date.parse(to)]),
      save: (covered) => {
        progress.gateways[gateway] = {
          covered: covered.map(([from, to]) => [new Date(from).toISOString(), new Date(to).toISOString()]),
        }
        write()
      },
    }),
  }
}
