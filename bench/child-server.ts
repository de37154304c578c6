import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ChildServer {
  pid: number
  port: number
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a server of this folder in a process of its own; it ends with this one, whatever ends it.
 * @param settings one line of JSON on its standard input; it says its port on its standard output
 */
export async function startChildServer(main: URL, settings: object = {}): Promise<ChildServer> {
  const child = spawn(process.execPath, [fileURLToPath(main)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  child.stdin.write(`${JSON.stringify(settings)}\n`)
  const [port] = (await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => Promise.reject(new Error(`${main.href} did not start`))),
  ])) as [Buffer]
  return {
    pid: child.pid as number,
    port: Number(port.toString()),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
