import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createInstances, mayBeSeen, newestAfter, type Stored } from '../../test/cache/instances.ts'

const lifeMs = 60_000
const instance = fc.nat(2)
const id = fc.integer({ min: 1, max: 2 })

const action = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('go on' as const), pick: fc.nat(30) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('read' as const), instance, id }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      instance,
      id,
      at: fc.nat(3),
      value: fc.nat(3),
      /** Whether it dies after the commit, before it tells anybody. */
      dies: fc.nat(9).map((n) => n === 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), instance, id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), instance }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('heal' as const), instance }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(400, 700, 61_000) }) },
)

test('whoever reads sees nothing older than what they were told of, whatever happens at once; in the end all see what is stored', async () => {
  const seen = { reads: 0, behind: 0, repaid: 0, untold: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 20, maxLength: 120, size: 'max' }), async (actions) => {
      const world = createInstances(3, lifeMs)
      const { stepper, clock, redis, commits, instances } = world
      const at = (i: number) => instances[i] as (typeof instances)[number]
      const reading: Promise<void>[] = []
      const untold = new Set<number>()

      const wrong: string[] = []
      const read = async (i: number, of: number): Promise<void> => {
        const one = at(i)
        const toldBefore = new Set(one.told)
        const found = (await one.kind.getMany([of])).get(of)?.value as Stored
        seen.reads++
        const { at: atNow, value } = newestAfter(commits, of)
        if (found.at !== atNow || found.value !== value) seen.behind++
        if (mayBeSeen(commits, toldBefore, of, found)) return
        wrong.push(JSON.stringify({ i, of, found, commits, told: [...toldBefore] }))
      }

      for (const one of actions) {
        if (one.do === 'go on') await stepper.run(one.pick)
        else if (one.do === 'read') reading.push(read(one.instance, one.id))
        else if (one.do === 'add') {
          const isFree = !commits.some(({ id: of, at: taken }) => of === one.id && taken === one.at)
          const how = one.dies ? null : isFree ? 'new' : 'perhaps'
          if (how === null) untold.add(commits.length)
          world.commit(at(one.instance), { id: one.id, by: one.instance, at: one.at, value: one.value }, how)
        } else if (one.do === 'drop') world.drop(at(one.instance), one.id)
        else if (one.do === 'cut') world.cut(at(one.instance))
        else if (one.do === 'heal') world.heal(at(one.instance))
        else if (one.do === 'flush') redis.flush()
        else clock.nowMs += one.ms
      }

      instances.forEach(world.heal)
      await stepper.runAll()
      seen.repaid += instances.filter(({ kind }) => kind.owes() > 0).length
      for (const { kind } of instances) void kind.settle()
      await stepper.runAll()
      await Promise.all(reading)
      assert.deepEqual(wrong, [])
      assert.deepEqual(
        instances.map(({ kind }) => kind.owes()),
        [0, 0, 0],
      )
      seen.untold += untold.size
      const told = new Set([...commits.keys()].filter((number) => !untold.has(number)))
      const readAll = async (check: (of: number, found: Stored) => void): Promise<void> => {
        for (const { kind } of instances) {
          const asked = kind.getMany([1, 2])
          await stepper.runAll()
          for (const [of, { value }] of await asked) check(of, value)
        }
      }
      await readAll((of, found) =>
        assert.ok(mayBeSeen(commits, told, of, found), JSON.stringify({ of, found, commits, untold: [...untold] })),
      )
      // What nobody told of is found when what is remembered expires, in Redis and then here.
      clock.nowMs += lifeMs
      await readAll((of, { at: atNow, value }) => assert.deepEqual({ at: atNow, value }, newestAfter(commits, of)))
    }),
    { numRuns: 3_000 },
  )
  assert.ok(Math.min(seen.reads, seen.behind, seen.untold) > 100, JSON.stringify(seen))
})
