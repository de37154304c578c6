import type { Connection, Submittable } from 'pg'
import { countingRows } from './row-count.ts'

const copyData = 0x64
const copyDone = Buffer.from([0x63, 0, 0, 0, 4])

/**
 * A `COPY … FROM STDIN` for `client.query` whose rows are encoded already. They follow the statement without waiting
 * for its answer: where it fails, PostgreSQL ignores them (protocol-flow.html, "COPY Operations").
 * @param done told the number of rows, or the error
 */
export function copyStatement(
  text: string,
  rows: Buffer,
  done: (error: unknown, rowCount: number) => void,
): Submittable {
  const statement = {
    text,
    submit(connection: Connection) {
      const { stream } = connection
      const head = Buffer.allocUnsafe(5)
      head[0] = copyData
      head.writeInt32BE(4 + rows.length, 1)
      stream.cork()
      connection.query(text)
      stream.write(head)
      stream.write(rows)
      stream.write(copyDone)
      stream.uncork()
    },
    // All was sent with the statement.
    handleCopyInResponse: () => {},
    ...countingRows(done),
  }
  return statement
}
