/** `tiny` proves that a benchmark works; its figures mean nothing. */
export const sizes = ['small', 'full', 'tiny'] as const
export type Size = (typeof sizes)[number]

export interface BenchmarkOptions {
  size: Size
  /** Told what is being done, for people who wait. */
  say(progress: string): void
  /** Where the server under test leaves CPU profiles. */
  profileDir: string | null
}

/** One measured number; `--json` prints it as it is. */
export interface Figure {
  bench: string
  figure: string
  /** Median of the rounds, unless the figure says otherwise. */
  value: number
  min: number
  max: number
  unit: string
  /** Median of the arm it is compared to, measured in the same run. */
  baseline: number | null
  /** value / baseline */
  ratio: number | null
  goal: number | null
  met: boolean | null
}

export interface Outcome {
  figures: Figure[]
  /** For people: the first row is the head. */
  table: string[][]
  /** What one must know to judge the table, a line each. */
  notes: string[]
}

export interface Benchmark {
  /** One line. */
  description: string
  /** @throws when a result is wrong: then there is nothing to time. */
  run(options: BenchmarkOptions): Promise<Outcome>
}
