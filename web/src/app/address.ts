/** Search parameters as people read and share them: plain text, not the router's JSON in quotes. */
export const parseAddress = (search: string): Record<string, string> => Object.fromEntries(new URLSearchParams(search))

export const stringifyAddress = (search: Record<string, unknown>): string => {
  const pairs = Object.entries(search).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  )
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''
}
