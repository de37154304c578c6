import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { administrator, createPerson, eventually, quietLog, startTestServer, type TestServer } from '#test'
import { buildWebIfNeeded, webDir } from '../../src/web-build.ts'
import { openerFor, picture, skip } from './browser.ts'

const server = await (async (): Promise<TestServer> => {
  await buildWebIfNeeded(quietLog, new AbortController().signal)
  return startTestServer({ webDir })
})()
const { app, services, clock } = server
const { db } = services.database
const manager = await createPerson(server, { role: 'manager' })
const address = await app.listen({ port: 0, host: '127.0.0.1' })
const minuteMs = 60_000

const open = openerFor(app, address)

test('an administrator sees a fresh start, then what was sampled, and what is wrong with its reason', {
  skip,
}, async (t) => {
  // The page asks by itself; what it is answered is a few seconds old at the most, by the clock that is held here.
  await services.system.start([{ name: 'seal_closed_days', schedule: '*/5 * * * *' }])
  t.after(() => services.system.stop())
  const { page, problems } = await open(t, '/')
  await page.getByRole('link', { name: 'Admin' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'System' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/admin/system')
  const requests = page.getByRole('slider', { name: 'Requests a second' })
  await requests.waitFor()
  await page.getByText('Nothing sampled yet').first().waitFor()
  // A web process alone: nobody runs jobs.
  const list = page.getByRole('list', { name: 'What needs a look' })
  await list.getByText('No worker runs').waitFor()
  await list.getByText('Bad', { exact: true }).waitFor()
  await picture(page, 'system-fresh')

  for (let minute = 0; minute < 3; minute++) {
    clock.nowMs += minuteMs
    await services.system.beat()
  }
  const found = { floor: { process: 90, redis: 6, loaded: 4 }, session: { process: 1, loaded: 1 } }
  await sql`update system_sample set figures = jsonb_set(figures, '{cache}', ${JSON.stringify(found)})
    where instance_id is not null`.execute(db)
  await page.reload()
  const floorRow = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'floor' }) })
  await floorRow.getByText('in the process 90% · in Redis 6% · from the database 4%').waitFor()
  await floorRow.getByText('96%').waitFor()
  await eventually(
    () => requests.getAttribute('aria-valuetext'),
    (text) => /Requests a second \d/.test(text ?? ''),
  )
  await requests.focus()
  await page.keyboard.press('ArrowLeft')
  const memory = page.getByRole('slider', { name: 'Memory' })
  assert.match((await requests.getAttribute('aria-valuetext')) ?? '', /^\d\d:\d\d: Requests a second \d/)
  assert.match((await memory.getAttribute('aria-valuetext')) ?? '', /^\d\d:\d\d: All \d.* JavaScript heap \d/)

  await page.getByText('24 h', { exact: true }).click()
  await page.waitForURL((url) => url.searchParams.get('hours') === '24')
  await page.reload()
  assert.equal(await page.getByRole('radio', { name: '24 h' }).isChecked(), true)

  await sql`insert into job_run (task, started_at, took_ms, error, succeeded_at, failures)
    values ('seal_closed_days', now(), 12, 'no space left on device', null, 3)`.execute(db)
  clock.nowMs += minuteMs
  await services.system.beat()
  const jobs = page.getByRole('region', { name: 'Jobs' })
  await jobs.getByText('no space left on device').waitFor()
  await list.getByText('seal_closed_days fails again and again.').waitFor()
  await picture(page, 'system-failing-job')

  assert.deepEqual(problems, [])
})

test('it asks again by itself while it is looked at, and nothing in the background', { skip }, async (t) => {
  const { page } = await open(t, '/sign-in')
  await page.clock.install()
  const asked: string[] = []
  page.on('request', (request) => void asked.push(new URL(request.url()).pathname))
  const about = (path: string) => asked.filter((one) => one === path).length
  await page.goto('/admin/system')
  await page.getByRole('slider').first().waitFor()
  const look = (state: 'hidden' | 'visible') =>
    page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  for (let looks = 0; looks < 3; looks++) {
    const before = about('/api/system')
    await page.clock.runFor(6_000)
    await eventually(
      async () => about('/api/system'),
      (now) => now > before,
    )
  }
  await look('hidden')
  const before = asked.length
  await page.clock.runFor(600_000)
  assert.equal(asked.length, before, asked.slice(before).join())
  await look('visible')
  await eventually(
    async () => asked.slice(before),
    (paths) => paths.includes('/api/system') && paths.includes('/api/system/history'),
  )
})

test('it is drawn on a phone and on a desk, in both languages and themes, without scrolling sideways', {
  skip,
}, async (t) => {
  await services.system.beat()
  for (const locale of ['en', 'ja'])
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [390, 1920]) {
        const { page, problems } = await open(t, '/admin/system?hours=1', administrator, {
          locale,
          colorScheme,
          viewport: { width, height: 900 },
        })
        await page.getByRole('slider').first().waitFor()
        const sideways = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
        assert.equal(await page.evaluate(sideways), 0, `${locale} ${width}`)
        await picture(page, `system-${locale}-${colorScheme}-${width}`)
        assert.deepEqual(problems, [])
        await page.close()
      }
})

test('whoever is no administrator is not shown the way, and no page where they come by the address', {
  skip,
}, async (t) => {
  const { page } = await open(t, '/admin/system', manager)
  await page.getByRole('heading', { name: 'No permission' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'System' }).count(), 0)
})
