import { countReadings } from './reading-request.ts'
import type { RecordedPart } from './recorded-building.ts'

export interface MeasuredPart {
  part: RecordedPart
  rows: number
  readings: number
}

const maxReadings = 10_000

/** Reads every part to its end and counts. @throws what a damaged part throws. */
export async function measureParts(
  parts: RecordedPart[],
  onPart: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<MeasuredPart[]> {
  const measured: MeasuredPart[] = []
  for (const part of parts) {
    signal?.throwIfAborted()
    let rows = 0
    let readings = 0
    for await (const block of part.blocks({ fromRow: 0, maxReadings })) {
      rows = block.endRow
      readings += countReadings(block)
    }
    measured.push({ part, rows, readings })
    onPart(measured.length)
  }
  return measured
}
