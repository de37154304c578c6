/**
 * The end of a statement of our own for `client.query`: how many rows it changed, or the error.
 * Called by pg as of its own queries.
 */
export function countingRows(done: (error: unknown, rowCount: number) => void) {
  let rowCount = 0
  return {
    handleCommandComplete({ text: tag }: { text: string }) {
      // INSERT 0 n, UPDATE n, COPY n
      rowCount = Number(tag.slice(tag.lastIndexOf(' ') + 1))
    },
    handleError: (error: unknown) => done(error, 0),
    handleReadyForQuery: () => done(null, rowCount),
  }
}
