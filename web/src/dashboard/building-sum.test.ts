import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BuildingDashboard } from '@plenum/contract'
import { addUpFloors } from './building-sum.ts'

type Floor = BuildingDashboard['floors'][number]

const floor = (status: Floor['status'], latest_timestamp: string | null) => ({ status, latest_timestamp }) as Floor

test('floors add up, and disabled sensors are not expected to report', () => {
  const sum = addUpFloors([
    floor({ ok: 28, stale: 1, silent: 0, disabled: 1 }, '2026-11-23T10:15:00Z'),
    floor({ ok: 20, stale: 0, silent: 2, disabled: 0 }, '2026-11-23T10:15:00.500Z'),
    floor({ ok: 0, stale: 0, silent: 0, disabled: 0 }, null),
  ])
  assert.deepEqual(sum.status, { ok: 48, stale: 1, silent: 2, disabled: 1 })
  assert.equal(sum.expected, 51)
  assert.equal(sum.newestAt, '2026-11-23T10:15:00.500Z')
})

test('a building without floors has no newest reading', () => {
  assert.equal(addUpFloors([]).newestAt, null)
})
