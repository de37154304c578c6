import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, test } from 'node:test'
import { createProgressBar } from './progress-bar.ts'
import { describeProgress, type Progress, trackProgress } from './progress.ts'
import { emptyTally } from './tally.ts'

const loading: Progress = {
  phase: 'load',
  done: 1_234_567,
  total: 2_763_918,
  ratePerS: 57_581,
  etaS: 26.6,
  stored: 1_234_567,
  duplicates: 0,
  rejected: 0,
  waiting: null,
}

describe('progress', () => {
  test('is one line', () => {
    assert.equal(describeProgress(loading), 'Loading readings 44.7% (1,234,567 of 2,763,918), 57,581/s, 27 s left')
    assert.match(
      describeProgress({ ...loading, rejected: 2, waiting: 'it answers 503' }),
      /, 2 rejected, waiting: it answers 503$/,
    )
  })

  test('reckons rate and remaining time from what this run sent', () => {
    let nowMs = 0
    const shown: Progress[] = []
    const tracker = trackProgress(
      (progress) => shown.push(progress),
      () => nowMs,
    )
    tracker.step('read', 1, 50)
    tracker.load({ ...emptyTally(), readings: 1_000 }, 4_000)
    nowMs = 10_000
    tracker.load({ ...emptyTally(), readings: 2_000 }, 4_000)
    tracker.wait('it answers 503')
    assert.deepEqual(
      shown.map(({ phase, done, ratePerS, etaS, waiting }) => [phase, done, ratePerS, etaS, waiting]),
      [
        ['read', 1, 0, null, null],
        ['load', 1_000, 0, null, null],
        ['load', 2_000, 100, 20, null],
        ['load', 2_000, 100, 20, 'it answers 503'],
      ],
    )
  })

  test('is a plain line every five seconds where there is no terminal', () => {
    let nowMs = 0
    const stream = new PassThrough({ encoding: 'utf8' })
    const bar = createProgressBar(stream, () => nowMs)
    for (; nowMs <= 12_000; nowMs += 1_000) bar.show({ ...loading, done: nowMs })
    bar.stop()
    const lines = String(stream.read()).trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => /\(([\d,]+) of/.exec(line)?.[1]),
      ['0', '5,000', '10,000'],
    )
  })

  test('is a bar on a terminal, and leaves nothing running', () => {
    const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns: 120 })
    const bar = createProgressBar(stream)
    bar.stop()
    bar.show({ ...loading, phase: 'read', done: 0, total: 50 })
    bar.show(loading)
    bar.stop()
    assert.match(String(stream.read()), /\u2588+\u2591+ Loading readings 44\.7%/)
  })
})
