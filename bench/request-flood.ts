import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Flood {
  port: number
  /** One request, whole. */
  request: Buffer
  /** What each answer must be; anything else ends the flood with an error. */
  status: number
  bodyBytes: number
}

/**
 * The same request again and again over several connections, one at a time on each, for a while. Reads no more of an
 * answer than says that it is the right one: the client must not be what is measured.
 * @returns answers a second
 */
export async function flood({ port, request, status, bodyBytes }: Flood, connections: number, forMs: number) {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const started = performance.now()
  const endsAt = started + forMs
  let answers = 0
  const run = (socket: Socket): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let head: Buffer = Buffer.alloc(0)
    let missing = -1
    const take = (chunk: Buffer): void => {
      if (missing >= 0) missing -= chunk.length
      else {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        const answered = head.toString('latin1', 9, 12)
        if (answered !== String(status)) return reject(new Error(`answered ${answered}: ${head.toString()}`))
        missing = end + 4 + bodyBytes - head.length
        head = Buffer.alloc(0)
      }
      if (missing > 0) return
      if (missing < 0) return reject(new Error(`an answer of ${-missing} bytes more than ${bodyBytes}`))
      missing = -1
      answers++
      if (performance.now() < endsAt) socket.write(request)
      else resolve()
    }
    socket.on('data', take)
    socket.on('close', () => reject(new Error('the server closed the connection')))
    socket.write(request)
    return promise
  }
  try {
    await Promise.all(sockets.map(run))
    return { perS: (answers / (performance.now() - started)) * 1_000, answers }
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}
