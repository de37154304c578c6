/**
 * An event on the wire (HTML, 9.2.5). Bytes, so that they are encoded once for everyone.
 * @param json without line breaks, as JSON.stringify writes it
 */
export const frameOf = (event: string, id: string, json: string): Buffer =>
  Buffer.from(`event: ${event}\nid: ${id}\ndata: ${json}\n\n`)

export const heartbeat = Buffer.from(':\n\n')

/** Browsers wait this long before they connect again: not all at once, after a server was restarted. */
export const greeting = (): string => `retry: ${Math.round(1_000 + Math.random() * 2_000)}\n\n`
