import { parseArgs } from 'node:util'

export const usage = `node simulator/src/main.ts --url URL [options]

  --url URL         where Plenum listens, such as http://127.0.0.1:3000
  --seed N          another building life (default 1)
  --past-days N     how far back the past is filled (default 385)
  --faults FILE     JSON array of faults in place of the demo's
  --state FILE      remembers over restarts what was delivered

The first line on standard input is {"keys": {"<gateway>": "<API key>"}, "past_until": null}.
The process ends when standard input does.`

export interface CommandLine {
  url: string
  seed: number
  pastDays: number
  faultsPath: string | null
  statePath: string | null
}

/** Reads the arguments; throws an error that names the one that is wrong. */
export const parseCommandLine = (args: string[]): CommandLine => {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string' },
      seed: { type: 'string', default: '1' },
      'past-days': { type: 'string', default: '385' },
      faults: { type: 'string' },
      state: { type: 'string' },
    },
  })
  const { url } = values
  if (url === undefined || !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new Error('--url must be an http or https address')
  }
  const seed = Number(values.seed)
  if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number')
  const pastDays = Number(values['past-days'])
  if (!(pastDays >= 0 && pastDays <= 3660)) throw new Error('--past-days must be a number from 0 to 3660')
  return { url, seed, pastDays, faultsPath: values.faults ?? null, statePath: values.state ?? null }
}

export interface Handover {
  /** API keys by gateway name. */
  keys: Record<string, string>
  /** The server already holds the past up to here; null: nothing is known. */
  pastUntilMs: number | null
}

/** Reads the line the parent sends; an error never repeats the line, which holds keys. */
export const parseHandover = (line: string): Handover => {
  let message: { keys?: unknown; past_until?: unknown }
  try {
    message = JSON.parse(line)
  } catch {
    throw new Error('the first line on standard input is not JSON')
  }
  const { keys, past_until: pastUntil = null } = message ?? {}
  if (typeof keys !== 'object' || keys === null || !Object.values(keys).every((key) => typeof key === 'string')) {
    throw new Error('"keys" must hold one API key for each gateway')
  }
  const pastUntilMs = pastUntil === null ? null : Date.parse(String(pastUntil))
  if (Number.isNaN(pastUntilMs)) throw new Error('"past_until" must be a time or null')
  return { keys: keys as Record<string, string>, pastUntilMs }
}
