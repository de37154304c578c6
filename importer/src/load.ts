import type { ApiClient } from './api-client.ts'
import { inParallel } from './in-parallel.ts'
import { countReadings, readAnswer, readingsRequest, rejectedReadings } from './reading-request.ts'
import type { MeasuredPart } from './measure-parts.ts'
import type { RecordedPart } from './recorded-building.ts'
import type { StateFile } from './state-file.ts'
import { addTally } from './tally.ts'

export interface LoadOptions {
  client: ApiClient
  /** Headers of the gateway that sends. */
  headers: Record<string, string>
  parts: MeasuredPart[]
  sensorIds: Map<string, number>
  state: StateFile
  signal: AbortSignal | undefined
  concurrency: number
  /** At most, of one request. */
  readingsPerRequest: number
  onAnswer: () => void
}

/**
 * Sends every reading that the state does not know as acknowledged. Each part has one request in flight, so what
 * is acknowledged of a part is always a beginning of it, and one number says where to go on.
 */
export async function loadReadings(options: LoadOptions): Promise<void> {
  const { client, headers, parts, sensorIds, state, concurrency, readingsPerRequest, onAnswer } = options
  // The first failure stops the other parts too, also those that are waiting to try again.
  const failed = new AbortController()
  const signal = AbortSignal.any(options.signal ? [options.signal, failed.signal] : [failed.signal])

  async function loadPart(part: RecordedPart): Promise<void> {
    let done = state.part(part.name)
    // The run that was interrupted may have sent the next request without seeing its answer.
    let maybeSentBefore = state.resumed
    for await (const block of part.blocks({ fromRow: done.rows, maxReadings: readingsPerRequest })) {
      const readings = countReadings(block)
      if (readings === 0) continue
      const { answer, repeated } = await client.send({ ...readingsRequest(block, sensorIds), headers, signal })
      const { stored, duplicates, rejected, errors } = readAnswer(block, answer)
      const ambiguous = repeated || maybeSentBefore ? duplicates : 0
      done = { ...addTally(done, { readings, stored, duplicates, rejected, ambiguous }), rows: block.endRow }
      state.record(part.name, done, rejectedReadings(block, errors))
      maybeSentBefore = false
      onAnswer()
    }
  }

  const unfinished = parts.filter(({ part, rows }) => state.part(part.name).rows < rows)
  await inParallel(unfinished, concurrency, async ({ part }) => {
    try {
      await loadPart(part)
    } catch (error) {
      failed.abort(error)
      throw error
    }
  })
}
