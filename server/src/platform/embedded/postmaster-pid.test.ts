import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePostmasterPid } from './postmaster-pid.ts'

test('a complete file', () => {
  const text = '7689\n/data/pgdata\n1795390842\n23456\n\n127.0.0.1\n  1234567     65536\nready   \n'
  assert.deepEqual(parsePostmasterPid(text), { pid: 7689, port: 23456, status: 'ready' })
})

test('a file that is still being written', () => {
  assert.deepEqual(parsePostmasterPid('7689\n/data/pgdata\n1795390842\n'), {
    pid: 7689,
    port: undefined,
    status: undefined,
  })
})

test('a standalone backend has a negative number', () => {
  assert.equal(parsePostmasterPid('-7689\n/data/pgdata\n')?.pid, 7689)
})

test('nothing that names a process', () => {
  for (const text of ['', '\n', 'abc\n', '0\n', '7.5\n']) assert.equal(parsePostmasterPid(text), null)
})
