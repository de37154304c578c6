import cliProgress from 'cli-progress'
import { describeProgress, type Progress } from './progress.ts'

const lineEveryMs = 5_000

export interface ProgressBar {
  show(progress: Progress): void
  /** Leaves the terminal as it was; call it also when the import fails. */
  stop(): void
}

/** A bar on a terminal; elsewhere (a log, a CI run) a plain line every five seconds and at each new phase. */
export function createProgressBar(
  stream: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr,
  now: () => number = Date.now,
): ProgressBar {
  return stream.isTTY ? createBar(stream) : createLines(stream, now)
}

function createBar(stream: NodeJS.WritableStream): ProgressBar {
  const bar = new cliProgress.SingleBar({
    stream,
    hideCursor: true,
    barsize: 24,
    format: (options, { progress }, payload) =>
      `${cliProgress.Format.BarFormat(progress, options)} ${describeProgress(payload as Progress)}`,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
  })
  let started = false
  return {
    show(progress) {
      if (!started) bar.start(progress.total, progress.done, progress)
      started = true
      bar.setTotal(progress.total)
      bar.update(progress.done, progress)
    },
    stop: () => bar.stop(),
  }
}

function createLines(stream: NodeJS.WritableStream, now: () => number): ProgressBar {
  let shownAt = Number.NEGATIVE_INFINITY
  let phase: Progress['phase'] | undefined
  return {
    show(progress) {
      if (progress.phase === phase && now() - shownAt < lineEveryMs) return
      phase = progress.phase
      shownAt = now()
      stream.write(`${describeProgress(progress)}\n`)
    },
    stop() {},
  }
}
