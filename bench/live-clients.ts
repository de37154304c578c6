import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { childSettings, sayPort } from './child-settings.ts'
import type { Heard, LiveClientsSettings } from './live-streams.ts'

/** Clients of live streams, in a process of their own: what they take is not taken from the server or whoever measures. */

const { port, clients } = await childSettings<LiveClientsSettings>()
let heard: Heard = { delaysMs: [], events: 0, lost: 0 }
/** Of one event: it never stands twice. The sender puts the moment of sending there. */
const sentAt = /"latest_timestamp":"([^"]+)"/

/** Resolves when the first event is there. */
function open({ path, cookie }: LiveClientsSettings['clients'][number]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${cookie}\r\n\r\n`)
  let rest = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    const events = (rest + text).split('\n\n')
    rest = events.pop() as string
    for (const event of events) {
      if (event.includes('event: snapshot')) resolve()
      const told = event.includes('event: readings') ? sentAt.exec(event) : null
      if (told === null) continue
      heard.events++
      heard.delaysMs.push(Date.now() - Date.parse(told[1] as string))
    }
  })
  socket.on('error', reject).on('close', () => {
    heard.lost++
    reject(new Error(`the stream ended: ${rest.slice(0, 200)}`))
  })
  return promise
}

const atOnce = 50
for (let first = 0; first < clients.length; first += atOnce)
  await Promise.all(clients.slice(first, first + atOnce).map(open))

const server = createServer((_request, response) => {
  response.end(JSON.stringify(heard))
  heard = { delaysMs: [], events: 0, lost: 0 }
})
server.listen(0, '127.0.0.1', () => sayPort((server.address() as AddressInfo).port))
