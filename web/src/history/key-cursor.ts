import uPlot from 'uplot'

/** Panels of one page read the time together. */
export const syncKey = 'explorer'

/** Of the chart's width, for each press. */
const step = 0.01

/** Moves the cursor of all panels; it begins in the middle, and stops at the edges. */
const moveCursor = (direction: -1 | 1): void => {
  for (const plot of uPlot.sync(syncKey).plots) {
    const width = plot.over.clientWidth
    const at = plot.cursor.left ?? -1
    const left = at < 0 ? width / 2 : Math.min(width - 1, Math.max(0, at + direction * Math.max(1, width * step)))
    plot.setCursor({ left, top: 0 })
  }
}

const hideCursor = (): void => {
  for (const plot of uPlot.sync(syncKey).plots) plot.setCursor({ left: -10, top: -10 })
}

/** Shift with an arrow reads value by value, Escape ends reading; null for every other key. */
export const cursorKey = ({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): (() => void) | null => {
  if (key === 'Escape') return hideCursor
  if (shiftKey && key === 'ArrowLeft') return () => moveCursor(-1)
  if (shiftKey && key === 'ArrowRight') return () => moveCursor(1)
  return null
}
