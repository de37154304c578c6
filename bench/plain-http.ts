import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { childSettings, sayPort } from './child-settings.ts'

/**
 * A process that takes batches and does nothing but parse them: what is left between this and the server is what the
 * server does. Says its port; ends with its parent.
 */
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { readings } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { readings: unknown[] }
    const body = JSON.stringify({ stored: readings.length, duplicates: 0, rejected: 0, errors: [] })
    response.setHeader('content-length', Buffer.byteLength(body)).end(body)
  })
})
await childSettings()
server.listen(0, '127.0.0.1', () => sayPort((server.address() as AddressInfo).port))
