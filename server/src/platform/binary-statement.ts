import type { Connection, Submittable } from 'pg'
import { countingRows } from './row-count.ts'

/** What of a connection pg's own queries use as well. */
interface Prepared {
  parsedStatements: Record<string, string>
}

const bind = 0x42
/** No results, then Execute of the unnamed portal without a limit of rows, and Sync. */
const tail = Buffer.from([0, 0, 0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0x53, 0, 0, 0, 4])

/**
 * A statement for `client.query` whose parameters are in PostgreSQL's binary format already and which answers no rows.
 * They are sent as they are, where a query of pg's own copies each several times on its way into one message (Bind in
 * protocol-message-formats.html): a fifth of the server's time in ingest.
 * @param name it stays prepared under this name on each connection that has run it; without one it is parsed each time
 * @param done told the number of rows, or the error
 */
export function binaryStatement(
  text: string,
  parameters: readonly Buffer[],
  name: string,
  done: (error: unknown, rowCount: number) => void,
): Submittable {
  const statement = {
    // By these pg remembers what it has parsed.
    text,
    ...(name !== '' && { name }),
    submit(connection: Connection & Partial<Prepared>) {
      const { stream, parsedStatements } = connection
      stream.cork()
      if (parsedStatements?.[name] !== text) connection.parse({ name, text, types: [] }, true)
      stream.write(bindHead(name, parameters))
      for (const parameter of parameters) {
        const length = Buffer.allocUnsafe(4)
        length.writeInt32BE(parameter.length)
        stream.write(length)
        stream.write(parameter)
      }
      stream.write(tail)
      stream.uncork()
    },
    ...countingRows(done),
  }
  return statement
}

function bindHead(name: string, parameters: readonly Buffer[]): Buffer {
  const statement = Buffer.from(`\0${name}\0`)
  const head = Buffer.allocUnsafe(5 + statement.length + 2 + 2 + 2)
  const values = parameters.reduce((sum, { length }) => sum + 4 + length, 0)
  head[0] = bind
  head.writeInt32BE(head.length - 1 + values + 2, 1)
  let at = 5 + statement.copy(head, 5)
  at = head.writeInt16BE(1, at) // one format for all parameters:
  at = head.writeInt16BE(1, at) // binary
  head.writeInt16BE(parameters.length, at)
  return head
}
