import { once } from 'node:events'
import { connect } from 'node:net'

export interface HttpAnswer {
  status: number
  body: string
}

/**
 * One connection that is kept, one request at a time, straight on the socket: client, server and database share the
 * cores, and what the client takes the others lack.
 */
export async function openKeepAlive(port: number) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let received = ''
  let waiting: PromiseWithResolvers<HttpAnswer> | null = null
  const fail = (error: Error): void => {
    waiting?.reject(error)
    waiting = null
  }
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    let answer: HttpAnswer | null
    try {
      answer = readAnswer(received)
    } catch (error) {
      socket.destroy(error as Error)
      return
    }
    if (answer === null) return
    received = ''
    waiting?.resolve(answer)
    waiting = null
  })
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))

  return {
    /** @param head request line and headers without content-length, each ended by CR LF */
    exchange(head: string, body: Buffer): Promise<HttpAnswer> {
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

/** Null until all of it is there. */
function readAnswer(text: string): HttpAnswer | null {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return null
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? Number.NaN)
  if (Number.isNaN(length)) throw new Error('an answer without content-length')
  const body = text.slice(headEnd + 4)
  return body.length < length ? null : { status: Number(text.slice(9, 12)), body }
}
