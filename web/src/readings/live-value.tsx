import { useLayoutEffect, useRef } from 'react'
import classes from './live-value.module.css'
import type { Measured } from './shown-value.ts'
import { useShownValue } from './value-text.ts'

const highlightMs = 140

/** Lights up for a moment when the shown text changes, never when it is first drawn. */
const useHighlight = (text: string) => {
  const element = useRef<HTMLSpanElement>(null)
  const previous = useRef(text)
  useLayoutEffect(() => {
    if (previous.current === text) return
    previous.current = text
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    element.current?.animate([{ background: 'var(--accent-ground)' }, { background: 'transparent' }], highlightMs)
  }, [text])
  return element
}

interface LiveValueProps {
  value: number | null
  measured: Measured
}

/** The newest value of a sensor, its unit on the same line; without a value a dash, never 0. */
export const LiveValue = ({ value, measured }: LiveValueProps) => {
  const show = useShownValue()
  const { number, unit } = value === null ? { number: '–', unit: '' } : show(value, measured)
  const element = useHighlight(`${number} ${unit}`)
  return (
    <span ref={element} className={classes.value}>
      <span className={classes.number}>{number}</span>
      {unit && <span className={classes.unit}> {unit}</span>}
    </span>
  )
}
