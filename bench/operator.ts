import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'

/** One metric without labels, as Prometheus would read it. */
export async function readMetric(port: number, name: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  const text = await answer.text()
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
  assert.ok(value, `there is no metric ${name}`)
  return Number(value)
}

const lookEveryMs = 20

/** Asks for a job through the queue, as an operator does, and waits until it has left the queue. */
export async function runJob(client: pg.Client, name: string): Promise<{ ms: number }> {
  const started = performance.now()
  const { rows } = await client.query<{ id: string }>('select id from graphile_worker.add_job($1)', [name])
  const id = rows[0]?.id
  for (;;) {
    const { rows: left } = await client.query<{ attempts: number; last_error: string | null }>(
      'select attempts, last_error from graphile_worker.jobs where id = $1',
      [id],
    )
    if (left.length === 0) return { ms: performance.now() - started }
    assert.equal(left[0]?.last_error, null, `${name} failed`)
    await setTimeout(lookEveryMs)
  }
}
