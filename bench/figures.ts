import type { Figure } from './benchmark.ts'
import type { Spread } from './statistics.ts'

const wholeNumbers = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
export const whole = (value: number): string => wholeNumbers.format(value)
export const range = ({ min, max }: Spread, show: (value: number) => string): string => `${show(min)} – ${show(max)}`

export const figureOf = (bench: string, figure: string, { median, min, max }: Spread, unit: string): Figure => {
  return { bench, figure, value: median, min, max, unit, baseline: null, ratio: null, goal: null, met: null }
}

/** More digits than a measurement has would only look exact. */
export function rounded(figure: Figure): Figure {
  const round = (number: number): number => Number(number.toPrecision(4))
  return {
    ...figure,
    value: round(figure.value),
    min: round(figure.min),
    max: round(figure.max),
    baseline: figure.baseline === null ? null : round(figure.baseline),
    ratio: figure.ratio === null ? null : round(figure.ratio),
  }
}

/** A line of a table. */
export interface Line {
  name: string
  value: Spread
  unit: string
  digits: number
  /** What the other side of the ratio reached, and the ratio itself: of the medians, its range that within a round. */
  against?: { baseline: number; ratio: Spread }
  goal?: { of: 'value' | 'ratio'; is: 'at least' | 'at most'; bound: number }
}

/** Figures and table of lines. @param against what the ratio is called */
export function tabulate(bench: string, lines: readonly Line[], against: string) {
  const figures: Figure[] = []
  const table = [['', '', 'min – max', '', against, 'min – max', 'goal']]
  for (const { name, value, unit, digits, against: other, goal } of lines) {
    const judged = goal?.of === 'ratio' ? (other?.ratio.median ?? Number.NaN) : value.median
    const met = goal === undefined ? null : goal.is === 'at least' ? judged >= goal.bound : judged <= goal.bound
    const show = (number: number): string =>
      number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    const share = (number: number): string => (number < 0.095 ? number.toPrecision(2) : number.toFixed(2))
    figures.push({
      ...figureOf(bench, name, value, unit),
      baseline: other?.baseline ?? null,
      ratio: other?.ratio.median ?? null,
      goal: goal?.bound ?? null,
      met,
    })
    table.push([
      name,
      show(value.median),
      range(value, show),
      unit,
      other ? share(other.ratio.median) : '',
      other ? range(other.ratio, share) : '',
      goal ? `${goal.is === 'at least' ? '≥' : '≤'} ${goal.bound.toLocaleString('en')} ${met ? 'met' : 'MISSED'}` : '',
    ])
  }
  return { figures: figures.map(rounded), table }
}
