import { staleAfterIntervals } from '@plenum/contract'
import type { CachedBody } from '#dashboard'
import type { Clock } from '#platform'
import { type Body, changeOf, shows, staleAtMs } from './changes.ts'
import { frameOf } from './frames.ts'
import { coalesceMs, keptChanges, recheckMs } from './limits.ts'

export type Topic = ReturnType<typeof createTopic>

/** What a body said, and the event that led from it to the next one. */
interface Step {
  from: string
  frame: Buffer
}

/**
 * A floor, a building or all of them as one kind of reader sees it. However many watch, it is read once, compared once and encoded
 * once. The id of an event is the ETag of the body that whoever got it now has, so a reader resumes where the same
 * body is known, and gets a snapshot elsewhere.
 */
export function createTopic({ clock, read }: { clock: Clock; read: () => Promise<CachedBody> }) {
  let now: { body: CachedBody; parsed: Body } | null = null
  let snapshot: Buffer | null = null
  let steps: Step[] = []
  let isDirty = true
  let readAtMs = -Infinity
  let staleAt = Infinity

  /** @returns the event that tells the change; null: there was none */
  const take = (body: CachedBody): Buffer | null => {
    if (now?.body.etag === body.etag) {
      now = { ...now, body }
      return null
    }
    const parsed = JSON.parse(body.json) as Body
    const before = now
    now = { body, parsed }
    snapshot = null
    staleAt = staleAtMs(parsed, staleAfterIntervals)
    if (before === null) return null
    const change = changeOf(before.parsed, parsed)
    if (change === null) {
      steps = []
      return snapshotFrame()
    }
    const frame = frameOf(change.event, body.etag, JSON.stringify(change.data))
    steps = [...steps, { from: before.body.etag, frame }].slice(-keptChanges)
    return frame
  }
  /** @throws before anything was read */
  const bodyNow = (): CachedBody => {
    if (now === null) throw new Error('nothing was read yet')
    return now.body
  }
  const snapshotFrame = (): Buffer => {
    const { etag, json } = bodyNow()
    return (snapshot ??= frameOf('snapshot', etag, json))
  }

  return {
    isRead: (): boolean => now !== null,

    /** Whether it is worth reading again, and long enough ago. */
    isDue(): boolean {
      const nowMs = clock.now()
      if (nowMs - readAtMs < coalesceMs) return false
      return isDirty || nowMs > staleAt || nowMs - readAtMs >= recheckMs
    },

    /** @returns the event for all who watch; null: nothing has changed */
    async refresh(): Promise<Buffer | null> {
      isDirty = false
      readAtMs = clock.now()
      try {
        return take(await read())
      } catch (error) {
        isDirty = true
        throw error
      }
    },

    /** Something in it may have changed. @param floorIds of new readings; null: anything may */
    note(floorIds: ReadonlySet<number> | null): void {
      if (floorIds === null || now === null || shows(now.parsed, floorIds)) isDirty = true
    },

    /** Where what it shows stands. */
    place: () => bodyNow().place,

    /** What brings a reader up to date who has the body of this ETag: the changes since, or all of it. */
    since(etag: string | undefined): Buffer[] {
      if (etag === bodyNow().etag) return []
      const first = steps.findLastIndex(({ from }) => from === etag)
      const frames = first === -1 ? [] : steps.slice(first).map(({ frame }) => frame)
      const bytes = frames.reduce((sum, { length }) => sum + length, 0)
      return frames.length === 0 || bytes > snapshotFrame().length ? [snapshotFrame()] : frames
    },
  }
}
