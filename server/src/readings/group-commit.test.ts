import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from './batch.ts'
import { createGroupCommit } from './group-commit.ts'

const batchOf = (name: number, readings = 1): Batch => {
  const column = Array<number>(readings).fill(name)
  return { sensorIds: column, atMs: column, values: column, qualities: column }
}

/** Writers whose commits end when the test says so. */
function createWriters({ writers = 1, maxReadings = 10 } = {}) {
  const begun: ({ names: unknown[] } & PromiseWithResolvers<string>)[] = []
  const add = createGroupCommit({
    writers,
    maxReadings,
    write(group) {
      const commit = Promise.withResolvers<string>()
      begun.push({ names: group.map(({ values }) => values[0]), ...commit })
      return commit.promise
    },
  })
  const turn = () => new Promise(setImmediate)
  return {
    add,
    turn,
    names: () => begun.map(({ names }) => names),
    async end(commit: number, result: string | Error) {
      if (typeof result === 'string') begun[commit]?.resolve(result)
      else begun[commit]?.reject(result)
      await turn()
      await turn()
    },
  }
}

test('what comes while the writers are busy goes together, in the order in which it came', async () => {
  const { add, turn, names, end } = createWriters({ writers: 2 })
  const answers = [add(batchOf(1))]
  await turn()
  answers.push(add(batchOf(2)))
  await turn()
  assert.deepEqual(names(), [[1], [2]], 'where a writer is free, nothing waits')
  for (const name of [3, 4, 5]) {
    answers.push(add(batchOf(name)))
    await turn()
  }
  assert.deepEqual(names(), [[1], [2]], 'no third writer')
  await end(1, 'b')
  assert.deepEqual(names(), [[1], [2], [3, 4, 5]])
  await end(2, 'c')
  await end(0, 'a')
  assert.deepEqual(await Promise.all(answers), ['a', 'b', 'c', 'c', 'c'])
})

test('a group holds no more readings than it may, except for a batch that alone has more', async () => {
  const { add, turn, names, end } = createWriters({ maxReadings: 10 })
  for (const [name, readings] of [6, 4, 1, 11, 10].entries()) void add(batchOf(name, readings))
  await turn()
  for (const commit of [0, 1, 2]) await end(commit, '')
  assert.deepEqual(names(), [[0, 1], [2], [3], [4]])
})

test('a commit that fails is told to its group and to nobody else', async () => {
  const { add, turn, end } = createWriters()
  const [first, second] = [add(batchOf(1)), add(batchOf(2))]
  const rejected = Promise.all([first, second].map((one) => assert.rejects(one, /disk full/)))
  await turn()
  const third = add(batchOf(3))
  await end(0, new Error('disk full'))
  await rejected
  await end(1, 'stored')
  assert.equal(await third, 'stored')
})
