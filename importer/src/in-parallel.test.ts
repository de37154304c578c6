import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inParallel } from './in-parallel.ts'

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

describe('tasks in parallel', () => {
  test('each item is done once, never more than the limit at a time', async () => {
    const done: number[] = []
    let running = 0
    let most = 0
    await inParallel([5, 1, 4, 2, 3], 2, async (item) => {
      most = Math.max(most, ++running)
      await turns(item)
      running -= 1
      done.push(item)
    })
    assert.deepEqual([done.toSorted(), most], [[1, 2, 3, 4, 5], 2])
  })

  test('the first failure in time is thrown, after what was running has ended, and nothing else is begun', async () => {
    const ended: string[] = []
    const work = inParallel(['slow', 'failing', 'never begun'], 2, async (item) => {
      await turns(item === 'slow' ? 9 : 1)
      ended.push(item)
      throw new Error(item)
    })
    await assert.rejects(work, { message: 'failing' })
    assert.deepEqual(ended, ['failing', 'slow'])
  })
})
