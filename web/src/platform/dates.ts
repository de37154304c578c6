/** Dates as people of a building read them: in the building's time zone, in the reader's language. */

/** Making a formatter costs more than a hundred uses of it. */
const formatters = new Map<string, Intl.DateTimeFormat>()

const formatter = (language: string, timeZone: string, options: Intl.DateTimeFormatOptions) => {
  const key = `${language}|${timeZone}|${JSON.stringify(options)}`
  const known = formatters.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(language, { ...options, timeZone })
  formatters.set(key, made)
  return made
}

/** A format of the reader's language (English as in Britain: the day before the month) and the building's zone. */
export const dateFormat = (
  language: string,
  timeZone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat => formatter(language === 'en' ? 'en-GB' : language, timeZone, options)

const part = (at: Date, language: string, timeZone: string, timeZoneName: 'longGeneric' | 'shortOffset') =>
  formatter(language, timeZone, { timeZoneName })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone

/** "23 Nov 2026, 19:15:00": to the second, without the zone, which the page names once. */
export const exactTime = (at: Date, language: string, timeZone: string): string =>
  dateFormat(language, timeZone, { dateStyle: 'medium', timeStyle: 'medium' }).format(at)

/** "23 Nov 2026" */
export const exactDay = (at: Date, language: string, timeZone: string): string =>
  dateFormat(language, timeZone, { dateStyle: 'medium' }).format(at)

/** "Japan Standard Time (GMT+9)": the offset is the one that holds at `at`, summer time included. */
export const zoneName = (at: Date, language: string, timeZone: string): string =>
  `${part(at, language, timeZone, 'longGeneric')} (${part(at, language, timeZone, 'shortOffset')})`
