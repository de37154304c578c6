/** Whether a page is told of changes; unless it is `live` it has to ask. `off`: refused, and tried again now and then. */
export type StreamState = 'starting' | 'live' | 'reconnecting' | 'off'

interface EventStreamOptions {
  path: string
  /** By name of the event; the data is JSON. */
  on: Readonly<Record<string, (data: unknown) => void>>
  onState: (state: StreamState) => void
}

const tryAgainMs = 15_000
/** A line that died without a word looks like a quiet one; after this it is opened anew. */
const quietMs = 45_000
/** How long opening may take before the page says that it is not live. */
const patienceMs = 5_000

/**
 * Server-sent events for as long as somebody looks: in the background the stream is closed, and opened again at once
 * when the page is looked at. What the browser connects again by itself goes on where it broke off.
 * @returns ends it
 */
export const openEventStream = ({ path, on, onState }: EventStreamOptions): (() => void) => {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const after = (ms: number, next: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(next, ms)
  }
  const heard = () => after(quietMs, open)
  const close = () => {
    clearTimeout(timer)
    source?.close()
    source = null
  }
  function open(): void {
    close()
    const opened = new EventSource(path)
    source = opened
    after(patienceMs, () => onState('reconnecting'))
    opened.addEventListener('open', () => {
      onState('live')
      heard()
    })
    opened.addEventListener('error', () => {
      const isRefused = opened.readyState === EventSource.CLOSED
      onState(isRefused ? 'off' : 'reconnecting')
      if (isRefused) after(tryAgainMs, open)
      // The browser tries by itself, for as long as it likes.
      else clearTimeout(timer)
    })
    for (const [event, take] of Object.entries(on)) {
      opened.addEventListener(event, ({ data }: MessageEvent<string>) => {
        heard()
        take(JSON.parse(data))
      })
    }
  }
  const follow = () => {
    if (document.visibilityState === 'visible') open()
    else close()
  }

  document.addEventListener('visibilitychange', follow)
  follow()
  return () => {
    document.removeEventListener('visibilitychange', follow)
    close()
  }
}
