import { once } from 'node:events'
import { connect } from 'node:net'

export interface HttpAnswer {
  status: number
  /** Header lines, without the first. */
  head: string
  body: string
}

/**
 * One connection that is kept, one request at a time, straight on the socket: client, server and database share the
 * cores, and what the client takes the others lack.
 */
export async function openKeepAlive(port: number) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let read = createAnswerReader()
  let waiting: PromiseWithResolvers<HttpAnswer> | null = null
  const fail = (error: Error): void => {
    waiting?.reject(error)
    waiting = null
  }
  socket.on('data', (chunk) => {
    let answer: HttpAnswer | null
    try {
      answer = read(chunk)
    } catch (error) {
      socket.destroy(error as Error)
      return
    }
    if (answer === null) return
    read = createAnswerReader()
    waiting?.resolve(answer)
    waiting = null
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))

  return {
    /** @param head request line and headers without content-length, each ended by CR LF */
    exchange(head: string, body: Buffer): Promise<HttpAnswer> {
      if (socket.destroyed) return Promise.reject(new Error('the server has closed the connection'))
      waiting = Promise.withResolvers()
      socket.cork()
      socket.write(`${head}content-length: ${body.length}\r\n\r\n`)
      socket.write(body)
      socket.uncork()
      return waiting.promise
    },
    close: () => socket.destroy(),
  }
}

/** Of one answer: null until all of it is there. Bodies of megabytes are put together once, at their end. */
function createAnswerReader(): (chunk: Buffer) => HttpAnswer | null {
  const chunks: Buffer[] = []
  let received = 0
  let head: string | null = null
  let total = Number.NaN
  return (chunk) => {
    chunks.push(chunk)
    received += chunk.length
    if (head === null) {
      const text = Buffer.concat(chunks).toString('latin1')
      const headEnd = text.indexOf('\r\n\r\n')
      if (headEnd < 0) return null
      head = text.slice(0, headEnd)
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
      // 204 and 304 have no body, and say no length.
      total = headEnd + 4 + Number(length ?? (/ [23]04\b/.test(head.slice(8, 12)) ? 0 : Number.NaN))
      if (Number.isNaN(total)) throw new Error('an answer without content-length')
    }
    if (received < total) return null
    const body = Buffer.concat(chunks).toString('utf8', head.length + 4)
    return { status: Number(head.slice(9, 12)), head: head.slice(head.indexOf('\n') + 1), body }
  }
}
