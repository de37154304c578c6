import { useMemo } from 'react'
import { encode } from 'uqr'
import classes from './two-factor.module.css'

/** Quiet zone (ISO/IEC 18004, 9.1), without which cameras may not find it. */
const border = 4

/** Dark on light in every theme, as cameras want it. */
export const QrCode = ({ text, label }: { text: string; label: string }) => {
  const { size, path } = useMemo(() => {
    const { data, size: modules } = encode(text, { ecc: 'M', border })
    const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])))
    return { size: modules, path: dark.join('') }
  }, [text])
  return (
    <svg
      className={classes.picture}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
