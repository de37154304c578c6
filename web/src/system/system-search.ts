/** How far back the charts go. */
export const systemHours = [1, 6, 24, 48] as const
export type SystemHours = (typeof systemHours)[number]
export const usualHours: SystemHours = 6

export interface SystemSearch {
  /** Left out: the usual. */
  hours?: SystemHours
}

export const hoursOf = (raw: unknown): SystemHours =>
  systemHours.find((hours) => String(hours) === String(raw)) ?? usualHours

/** An address somebody typed never breaks the page. */
export const parseSystemSearch = (raw: Record<string, unknown>): SystemSearch => {
  const hours = hoursOf(raw.hours)
  return hours === usualHours ? {} : { hours }
}
