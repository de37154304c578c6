import { useSyncExternalStore } from 'react'
import { serverNow } from './server-clock.ts'

/** One timer for every age on the page; it stands still while nobody looks. */
const tickMs = 1_000
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

const tick = () => {
  for (const listener of listeners) listener()
}

const startOrStop = () => {
  const wanted = listeners.size > 0 && document.visibilityState === 'visible'
  if (wanted && timer === undefined) {
    timer = setInterval(tick, tickMs)
    tick()
  } else if (!wanted && timer !== undefined) {
    clearInterval(timer)
    timer = undefined
  }
}

const subscribe = (listener: () => void) => {
  if (listeners.size === 0) document.addEventListener('visibilitychange', startOrStop)
  listeners.add(listener)
  startOrStop()
  return () => {
    listeners.delete(listener)
    startOrStop()
    if (listeners.size === 0) document.removeEventListener('visibilitychange', startOrStop)
  }
}

/**
 * A text that depends on the time. The component draws again only when its own text changes, so 300 ages that say
 * "3 min ago" cost a comparison a second and no drawing.
 */
export const useTicking = (textAt: (nowMs: number) => string): string =>
  useSyncExternalStore(subscribe, () => textAt(serverNow()))
