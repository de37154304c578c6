import { useMemo, useSyncExternalStore } from 'react'

const schemeAttribute = 'data-mantine-color-scheme'

const subscribe = (listener: () => void) => {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributeFilter: [schemeAttribute] })
  return () => observer.disconnect()
}

/** What a canvas needs of tokens.css: it knows no custom properties. */
export interface ChartColours {
  traces: string[]
  ink: string
  faint: string
  grid: string
  comfort: string
  suspect: string
  late: string
}

const coloursOf = (_scheme: string | null): ChartColours => {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    traces: [0, 1, 2, 3, 4, 5].map((ink) => token(`trace-${ink}`)),
    ink: token('ink-2'),
    faint: token('ink-3'),
    grid: token('line'),
    comfort: token('comfort'),
    suspect: token('warning-mark'),
    late: token('ink-3'),
  }
}

/** The colours of the theme that is on the page, read anew when it changes. */
export const useChartColours = (): ChartColours => {
  const scheme = useSyncExternalStore(subscribe, () => document.documentElement.getAttribute(schemeAttribute))
  return useMemo(() => coloursOf(scheme), [scheme])
}
