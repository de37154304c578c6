import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('./plain-http.ts', import.meta.url))

/** Starts the process that only parses; it ends with this one, whatever ends it. */
export async function startPlainHttp(): Promise<{ port: number; [Symbol.asyncDispose](): Promise<void> }> {
  const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    port: Number(port.toString()),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
