import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { readDataFile, writeDataFile } from './data-dir.ts'

const fileName = 'postgres.port'

/** The port of last time if it is free, so that a pool or a psql of a user finds it again; else any free one. */
export async function choosePort(dir: string): Promise<number> {
  const last = Number(await readDataFile(dir, fileName))
  if (Number.isInteger(last) && last > 0 && last < 65_536 && (await listenOnce(last)) !== undefined) return last
  return anyPort()
}

/**
 * Below the range systems take the ports of outgoing connections from: there, while the server is down for a
 * restart, any client (even our own pool, by connecting to itself) might get its port.
 */
export async function anyPort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = await listenOnce(randomInt(20_000, 30_000))
    if (port !== undefined) return port
  }
  const port = await listenOnce(0)
  if (port === undefined) throw new Error('127.0.0.1 has no free port')
  return port
}

export async function rememberPort(dir: string, port: number): Promise<void> {
  if (Number(await readDataFile(dir, fileName)) !== port) await writeDataFile(dir, fileName, `${port}\n`)
}

/** @returns the port, or undefined when it is taken */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })
}
