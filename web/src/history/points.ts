import { historyLimits } from '@plenum/contract'

/** In steps, so that a window a little wider does not load everything anew. */
const stepPoints = 100

/** One column for each pixel of the screen, within what the server gives; 0 while the width is not known. */
export const pointsFor = (width: number, pixelRatio: number): number =>
  Math.min(historyLimits.seriesPoints, Math.ceil((width * pixelRatio) / stepPoints) * stepPoints)
