import { type ChildProcess, spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { demoBuilding } from '@plenum/simulator'
import { bySystem } from '#audit'
import type { Log } from '#platform'
import type { Services } from './services.ts'

const simulator = fileURLToPath(import.meta.resolve('@plenum/simulator/main'))
/** Of what the demo does, in the audit log. */
const by = bySystem('demo')
const restartMs = { first: 2_000, longest: 60_000 }

export interface Demo {
  stop(): Promise<void>
}

interface DemoOptions {
  services: Services
  address: string
  dataDir: string
  log: Log
}

export const hasDemoBuilding = async ({ registry }: Services): Promise<boolean> =>
  (await registry.findBuilding(demoBuilding().building.name)) !== null

/**
 * Registers the demo building if it is not there, and runs the simulator as its gateways: a process of its own that
 * sends through the same endpoint, with the same kind of key, as a real one.
 */
export async function startDemo({ services, address, dataDir, log }: DemoOptions): Promise<Demo> {
  const progress = join(dataDir, 'demo-feed.json')
  const gatewayIds = await findOrAddBuilding(services, progress)
  const keys: Record<string, string> = {}
  for (const { name } of demoBuilding().gateways) {
    const gatewayId = gatewayIds.get(name)
    if (gatewayId !== undefined) keys[name] = await newKey(services, gatewayId, address)
  }
  return keepRunning(['--url', address, '--state', progress], `${JSON.stringify({ keys })}\n`, log)
}

async function findOrAddBuilding({ registry }: Services, progress: string): Promise<Map<string, number>> {
  const plan = demoBuilding()
  const found = await registry.findBuilding(plan.building.name)
  if (found) return found.gatewayIds
  // What was sent to a building that is gone says nothing about this one.
  await rm(progress, { force: true })
  try {
    return (await registry.addBuilding(plan, by)).gatewayIds
  } catch (error) {
    // Its sensor keys are unique: another instance that started on the same database was faster.
    const others = await registry.findBuilding(plan.building.name)
    if (!others) throw error
    return others.gatewayIds
  }
}

/**
 * A key can't be read again, so every start makes one and revokes the one before. Only its own: each instance on the
 * same database has a simulator, and what they send is the same.
 */
async function newKey({ auth }: Services, gatewayId: number, address: string): Promise<string> {
  const name = `Demo simulator of ${hostname()} ${new URL(address).host}`.slice(0, 100)
  const owner = { gatewayId, scope: null }
  for (const key of await auth.keys.ofGateway(owner)) {
    if (key.name === name) await auth.keys.revoke(owner, key.id, by)
  }
  return (await auth.keys.createForGateway(owner, { name }, by)).key
}

/** Runs the simulator until `stop`, again and again if it ends, more and more slowly. */
function keepRunning(args: string[], handover: string, log: Log): Demo {
  let stopping = false
  let child: ChildProcess
  let timer: NodeJS.Timeout | undefined
  let delayMs = restartMs.first

  const start = (): void => {
    // Detached from the terminal: a Ctrl-C there is for the server, which then ends it.
    child = spawn(process.execPath, [simulator, ...args], { detached: true, stdio: ['pipe', 'ignore', 'pipe'] })
    // The keys go over a pipe, not the command line, which everybody on the machine can read. It stays open: the
    // simulator ends when it closes, so it never outlives this process.
    child.stdin?.on('error', () => {})
    child.stdin?.write(handover)
    child.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => log.debug({ simulator: text.trimEnd() }, 'simulator'))
    const startedAtMs = performance.now()
    child.on('error', (error) => log.warn({ err: error }, 'the simulator could not be started'))
    child.on('close', (code, signal) => {
      if (stopping) return
      delayMs = performance.now() - startedAtMs > restartMs.longest ? restartMs.first : delayMs * 2
      delayMs = Math.min(delayMs, restartMs.longest)
      log.warn({ code, signal, delayMs }, 'the simulator ended; it is started again')
      timer = setTimeout(start, delayMs)
    })
  }
  start()

  return {
    async stop() {
      stopping = true
      clearTimeout(timer)
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.stdin?.end()
      child.kill('SIGTERM')
      const last = setTimeout(() => child.kill('SIGKILL'), 3_000)
      await ended
      clearTimeout(last)
    },
  }
}
