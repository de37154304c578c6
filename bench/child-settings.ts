import { createInterface } from 'node:readline'

/** In a process that `startChildServer` has started: what it was told. It ends when its parent does. */
export async function childSettings<Settings>(): Promise<Settings> {
  const lines = createInterface({ input: process.stdin })
  lines.on('close', () => process.exit())
  return new Promise((resolve) => lines.once('line', (line) => resolve(JSON.parse(line) as Settings)))
}

export const sayPort = (port: number): void => void process.stdout.write(`${port}\n`)
