import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { createClient } from '@redis/client'
import { findRedis } from './system-packages.ts'

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** A Redis of its own on loopback, that keeps nothing on disk; ended after the file. */
export async function startTestRedis() {
  const { path } = findRedis()
  const folder = await mkdtemp(join(tmpdir(), 'plenum-redis-'))
  const port = await freePort()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  let server: ChildProcess
  const start = async (): Promise<void> => {
    server = spawn(path, options, { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of server.stdout as NonNullable<ChildProcess['stdout']>) {
      if (String(line).includes('Ready to accept connections')) break
    }
  }
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  const url = `redis://127.0.0.1:${port}`
  await start()
  after(async () => {
    await kill()
    await rm(folder, { recursive: true })
  })

  return {
    url,
    start,
    kill,
    /** It keeps its connections and answers nobody. */
    pause: (): void => void server.kill('SIGSTOP'),
    goOn: (): void => void server.kill('SIGCONT'),
    /** What somebody else does to it. */
    async command(...command: string[]): Promise<unknown> {
      const client = createClient({ url, RESP: 2 })
      await client.connect()
      try {
        return await client.sendCommand(command)
      } finally {
        client.destroy()
      }
    },
  }
}
