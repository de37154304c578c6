/** What has been delivered, as stretches of time: ordered, apart from each other, half-open, in milliseconds. */
export type Span = readonly [fromMs: number, toMs: number]

/** The spans with one more; what touches becomes one. */
export const cover = (spans: readonly Span[], [fromMs, toMs]: Span): Span[] => {
  if (toMs <= fromMs) return [...spans]
  const before = spans.filter((span) => span[1] < fromMs)
  const after = spans.filter((span) => span[0] > toMs)
  const touched = spans.slice(before.length, spans.length - after.length)
  const from = Math.min(fromMs, ...touched.map((span) => span[0]))
  const to = Math.max(toMs, ...touched.map((span) => span[1]))
  return [...before, [from, to], ...after]
}

/** The parts of a span that are not covered, in order. */
export const missingIn = (spans: readonly Span[], [fromMs, toMs]: Span): Span[] => {
  const missing: Span[] = []
  let at = fromMs
  for (const [from, to] of spans) {
    if (from > at && at < toMs) missing.push([at, Math.min(from, toMs)])
    at = Math.max(at, to)
  }
  if (at < toMs) missing.push([at, toMs])
  return missing
}
