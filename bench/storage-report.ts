import type { Outcome } from './benchmark.ts'
import { type Line, tabulate, whole } from './figures.ts'
import { spread } from './statistics.ts'
import type { RelationBytes, SegmentBytes } from './storage-size.ts'

export interface Stages {
  name: string
  /** Bytes of a sealed reading that must not be exceeded. */
  goal: number | null
  sensors: number
  readings: number
  rows: RelationBytes
  sealed: SegmentBytes
  vacuumed: SegmentBytes
  figures: SegmentBytes
}

const totalOf = ({ heap, index, toast }: RelationBytes): number => heap + index + toast

export function reportStorage({
  measured,
  hasKeti,
  postgresVersion,
}: {
  measured: readonly Stages[]
  hasKeti: boolean
  postgresVersion: string
}): Outcome {
  const lines = measured.flatMap(({ name, goal, readings, rows, sealed, vacuumed, figures }): Line[] => {
    const asRows = totalOf(rows) / readings
    const line = (stage: string, bytes: number, goalHere: number | null = null): Line => ({
      name: `${name}: ${stage}`,
      value: spread([bytes / readings]),
      unit: 'bytes/reading',
      digits: 2,
      ...(stage !== 'rows' && { against: { baseline: asRows, ratio: spread([bytes / readings / asRows]) } }),
      ...(goalHere !== null && { goal: { of: 'value', is: 'at most', bound: goalHere } }),
    })
    return [
      line('rows', totalOf(rows)),
      line('sealed', totalOf(sealed), goal),
      line('sealed, after VACUUM', totalOf(vacuumed), goal),
      line('sealed: heap', vacuumed.heap),
      line('sealed: TOAST', vacuumed.toast),
      line('sealed: index', vacuumed.index),
      line('figures only, after VACUUM', totalOf(figures)),
      line('figures only, space in use', figures.live + figures.index),
    ]
  })
  return {
    ...tabulate('storage', lines, 'of rows'),
    notes: [
      ...measured.map(
        ({ name, sensors, readings, sealed }) =>
          `${name}: ${whole(readings)} readings of ${sensors} sensors, ${whole(sealed.days)} days of a sensor.`,
      ),
      ...(hasKeti ? [] : ['KETI: skipped, since ../shared/data/keti is not beside the checkout.']),
      `Sizes on disk as PostgreSQL ${postgresVersion} tells them, with free space maps: rows as COPY in order of time leaves them, with their`,
      'primary key; the table segment with TOAST and primary key, as the job seal_closed_days leaves it and after a plain VACUUM.',
      'Figures only: after the job drop_expired_readings, which lets readings of that age go; a VACUUM gives the space they had to',
      'the next days, not to the disk, so "space in use" counts rows and index alone. Count and hash of reading_all were those of the rows.',
      'Measured once: sizes do not scatter.',
    ],
  }
}
