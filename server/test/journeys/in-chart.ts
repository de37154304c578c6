import type { Page } from 'playwright-core'

/** Runs in the page, where a chart is a canvas below the area that takes its pointer. */
const countPixels = `(token, across, share) => {
  const canvas = document.querySelector('canvas')
  const box = canvas.getBoundingClientRect()
  const area = document.querySelector('.u-over').getBoundingClientRect()
  const high = Math.round(area.height * share)
  const x = Math.round(area.left - box.left + area.width * across)
  const y = Math.round(area.bottom - box.top - high)
  // A copy: reading the chart's own canvas would change how it is kept.
  const copy = new OffscreenCanvas(5, high).getContext('2d', { willReadFrequently: true })
  copy.drawImage(canvas, x - 2, y, 5, high, 0, 0, 5, high)
  const { data } = copy.getImageData(0, 0, 5, high)
  const hex = getComputedStyle(document.documentElement).getPropertyValue('--' + token).trim()
  const wanted = [1, 3, 5].map((digit) => Number.parseInt(hex.slice(digit, digit + 2), 16))
  let count = 0
  for (let i = 0; i < data.length; i += 4) if (wanted.every((part, k) => data[i + k] === part)) count += 1
  return count
}`

/**
 * Pixels in a colour of the theme in an upright strip of the first chart.
 * @param across where the strip is, as a share of the chart's width
 * @param share of the chart's height, from the foot
 */
export const pixelsOf = (page: Page, token: string, across: number, share: number): Promise<number> =>
  page.evaluate<number>(`(${countPixels})(${JSON.stringify(token)}, ${across}, ${share})`)

const moveFrames = `async (gesture) => {
  const area = document.querySelector('.u-over')
  const { left, top, width, height } = area.getBoundingClientRect()
  const wheel = (more) => area.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, ...more }))
  const times = []
  for (let i = 0; i < 62; i += 1) {
    const before = performance.now()
    const where = { clientX: left + width * (0.2 + i / 100), clientY: top + height / 2 }
    if (gesture === 'cursor') area.dispatchEvent(new MouseEvent('mousemove', { bubbles: true, movementX: 9, ...where }))
    if (gesture === 'pan') wheel({ ...where, shiftKey: true, deltaY: -9 })
    if (gesture === 'zoom') wheel({ ...where, ctrlKey: true, deltaY: i < 31 ? -9 : 9 })
    await new Promise(requestAnimationFrame)
    times.push(performance.now() - before)
  }
  return times.slice(2)
}`

/** Moves at every frame for a second, as a hand does; `none` shows what this computer has to spare. @returns how long the frames took, for people to read */
export async function frameTimes(page: Page, gesture: 'none' | 'cursor' | 'pan' | 'zoom'): Promise<string> {
  const frames = await page.evaluate<number[]>(`(${moveFrames})('${gesture}')`)
  const sorted = frames.toSorted((a, b) => a - b)
  const ms = (share: number) => `${(sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1)} ms`
  return `median ${ms(0.5)}, p95 ${ms(0.95)} of ${frames.length} frames`
}
