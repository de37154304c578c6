import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { demoBuilding } from '@plenum/simulator'
import type { Log } from '#platform'
import type { Services } from './services.ts'

const simulator = fileURLToPath(import.meta.resolve('@plenum/simulator/main'))
const keyName = 'Demo simulator'
const restartMs = 2_000

export interface Demo {
  stop(): Promise<void>
}

export const hasDemoBuilding = async ({ registry }: Services): Promise<boolean> =>
  (await registry.findBuilding(demoBuilding().building.name)) !== null

/**
 * Registers the demo building if it is not there, and runs the simulator as its gateways: a process of its own that
 * sends through the same endpoint, with the same kind of key, as a real one.
 */
export async function startDemo(options: {
  services: Services
  address: string
  dataDir: string
  log: Log
}): Promise<Demo> {
  const { services, log } = options
  const plan = demoBuilding()
  const found =
    (await services.registry.findBuilding(plan.building.name)) ?? (await services.registry.addBuilding(plan))
  const keys: Record<string, string> = {}
  for (const { name } of plan.gateways) {
    const gatewayId = found.gatewayIds.get(name)
    if (gatewayId !== undefined) keys[name] = await newKey(services, gatewayId)
  }
  const args = [simulator, '--url', options.address, '--state', join(options.dataDir, 'demo-feed.json')]

  let stopping = false
  let child: ChildProcess
  let timer: NodeJS.Timeout | undefined
  const start = () => {
    child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'pipe'] })
    // The keys go over a pipe, not the command line, which everybody on the machine can read. It stays open: the
    // simulator ends when it closes, so it never outlives this process.
    child.stdin?.on('error', () => {})
    child.stdin?.write(`${JSON.stringify({ keys })}\n`)
    child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => log.debug({ simulator: text.trimEnd() }, 'simulator'))
    child.on('exit', (code, signal) => {
      if (stopping) return
      log.warn({ code, signal }, 'the simulator ended; it is started again')
      timer = setTimeout(start, restartMs)
    })
  }
  start()

  return {
    async stop() {
      stopping = true
      clearTimeout(timer)
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.stdin?.end()
      child.kill('SIGTERM')
      const last = setTimeout(() => child.kill('SIGKILL'), 3_000)
      await ended
      clearTimeout(last)
    },
  }
}

/** A key can't be read again, so every start makes one and revokes the one before. */
async function newKey({ auth }: Services, gatewayId: number): Promise<string> {
  for (const { id, name } of await auth.keys.list({ gatewayId })) {
    if (name === keyName) await auth.keys.revoke({ gatewayId }, id)
  }
  return (await auth.keys.create({ gatewayId }, { name: keyName })).key
}
