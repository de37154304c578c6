import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  administrator,
  createPerson,
  createSmallBuilding,
  eventually,
  quietLog,
  startTestServer,
  type TestServer,
} from '#test'
import { buildWebIfNeeded, webDir } from '../../src/web-build.ts'
import { openerFor, picture, skip } from './browser.ts'

const server = await (async (): Promise<TestServer> => {
  await buildWebIfNeeded(quietLog, new AbortController().signal)
  return startTestServer({ webDir })
})()
const { app, as, services } = server
const { building, floor, co2, asGateway } = await createSmallBuilding(server, 'Harbour')
await as('PATCH', `/api/sensors/${co2.id}`, { name: 'Lobby, east wall', position: { x: 0.25, y: 0.5 }, interval_s: 30 })
await as('PUT', '/api/retention/co2', { raw: { days: 30 }, rollup: { months: 24 } })
await as('GET', `/api/export?from=2026-11-01T00:00:00Z&to=2026-11-20T00:00:00Z&sensor_id=${co2.id}`)
for (let i = 0; i < 12; i++) await asGateway('GET', '/api/buildings')
await app.inject({
  method: 'POST',
  url: '/api/auth/sign-in/email',
  payload: { email: 'someone@example.com', password: 'a guess of mine' },
})
await services.audit.refusals.flush()
// More than a page of it.
for (let i = 0; i < 120; i++) await as('PATCH', `/api/floors/${floor.id}`, { area_m2: 400 + i })
await as('DELETE', `/api/sensors/${co2.id}?confirm=Harbour/co2`)
const viewer = await createPerson(server, { role: 'viewer', buildings: [building.id] })
const address = await app.listen({ port: 0, host: '127.0.0.1' })

const open = openerFor(app, address)

const rowNames = (page: Page) => page.getByRole('rowheader').getByRole('button').allTextContents()
/** Until the list shows what it is asked for. */
const rowsAre = (page: Page, fits: (names: string[]) => boolean) => eventually(() => rowNames(page), fits)

test('an administrator finds who changed what, with both sides of it, by keys alone', { skip }, async (t) => {
  const { page, problems } = await open(t, '/')
  await page.getByRole('link', { name: 'Admin' }).focus()
  await page.keyboard.press('Enter')
  // The first of the pages comes up, and takes the focus to itself.
  await page.getByRole('heading', { name: 'People' }).waitFor()
  await page.getByRole('link', { name: 'Audit log' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/admin/audit')
  await rowsAre(page, (names) => names.length === 100)
  await page.getByRole('button', { name: 'Show older' }).focus()
  await page.keyboard.press('Enter')
  const all = await rowsAre(page, (names) => names.length > 130)
  assert.ok(all.includes('Sensor changed') && all.includes('Sensor deleted') && all.includes('Readings exported'))

  await page.getByRole('searchbox').fill('lobby EAST')
  await rowsAre(page, (names) => names.join() === 'Sensor deleted,Sensor changed')
  assert.equal(new URL(page.url()).searchParams.get('text'), 'lobby EAST')
  await page.getByRole('button', { name: 'Sensor changed' }).focus()
  await page.keyboard.press('Enter')
  const drawer = page.getByRole('dialog')
  await drawer.getByText('Lobby, east wall').first().waitFor()
  const changes = await drawer.getByRole('table').getByRole('row').allInnerTexts()
  assert.deepEqual(
    changes.map((text) => text.split(/\s*\t\s*/)),
    [
      ['Field', 'Before', 'After'],
      ['Name', 'co2', 'Lobby, east wall'],
      ['Position', '–', 'x: 0.25, y: 0.5'],
      ['Interval (s)', '60', '30'],
    ],
  )
  await drawer.getByText(administrator.email).waitFor()
  await picture(page, 'audit-drawer')

  const shared = page.url()
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Sensor changed', 'focus comes back')
  await page.goto(shared)
  await drawer.getByText('x: 0.25, y: 0.5').waitFor()
  await drawer.getByRole('button', { name: 'Only Lobby, east wall' }).click()
  await drawer.waitFor({ state: 'detached' })
  await rowsAre(page, (names) => names.join() === 'Sensor deleted,Sensor changed')
  await page.getByRole('button', { name: 'Remove the filter “Lobby, east wall”' }).waitFor()
  assert.deepEqual(problems, [])
})

test('refusals are seen with how often, filters come back with the address, and what hides all is said', {
  skip,
}, async (t) => {
  const { page, problems } = await open(t, '/admin/audit')
  await page.getByLabel('Outcome').selectOption('refused')
  await rowsAre(page, (names) => names.length >= 3 && names.every((name) => name.endsWith('refused')))
  await page.getByText('11 times').waitFor()
  await page.getByText('someone@example.com').waitFor()
  await page.getByLabel('What happened').selectOption('access.refused')
  await rowsAre(page, (names) => names.length >= 2 && names.every((name) => name === 'Access refused'))
  await page.reload()
  await rowsAre(page, (names) => names.length >= 2 && names.every((name) => name === 'Access refused'))
  assert.equal(await page.getByLabel('Outcome').inputValue(), 'refused')
  await page.getByLabel('Building', { exact: true }).selectOption(String(building.id))
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor()
  await picture(page, 'audit-nothing-found')
  await page.getByRole('button', { name: 'Remove all filters' }).click()
  await rowsAre(page, (names) => names.length === 100)
  await page.getByRole('button', { name: /^Time range/ }).click()
  await page.getByRole('button', { name: 'Last 24 hours' }).click()
  await page.waitForURL((url) => url.searchParams.get('period') === '24h')
  await rowsAre(page, (names) => names.length === 100)
  assert.deepEqual(problems, [])
})

test('the CSV is what the filters show', { skip }, async (t) => {
  const { page } = await open(t, '/admin/audit?action=export.read')
  await rowsAre(page, (names) => names.join() === 'Readings exported')
  const begun = page.waitForEvent('download')
  await page.getByRole('link', { name: 'CSV' }).click()
  const lines = (await readFile(await (await begun).path(), 'utf8')).trim().split('\r\n')
  assert.match(lines[0] ?? '', /^id,at,actor_kind/)
  assert.equal(lines.length, 2)
  assert.match(lines[1] ?? '', /export\.read,done/)
  await page.goto('/admin/audit')
  await page.getByRole('button', { name: 'Audit log exported' }).first().waitFor()
})

test('who is no administrator has no such page', { skip }, async (t) => {
  const { page, problems } = await open(t, `/buildings/${building.id}`, viewer)
  await page.getByRole('link', { name: 'Explorer' }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Admin' }).count(), 0)
  await page.goto('/admin/audit')
  await page.getByRole('heading', { name: 'No permission' }).waitFor()
  await picture(page, 'audit-no-permission')
  assert.ok(problems.every((problem) => problem === '403 /api/audit'))
})

for (const locale of ['en', 'ja'] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [390, 1440])
      test(`the page fits and has no fault: ${locale}, ${colorScheme}, ${width} px`, { skip }, async (t) => {
        const form = { locale, colorScheme, viewport: { width, height: 900 } }
        const { page, problems } = await open(t, '/admin/audit?text=harbour', administrator, form)
        const look = async (name: string) => {
          await page.evaluate('document.fonts.ready')
          await picture(page, `audit-${name}-${locale}-${colorScheme}-${width}`)
          const inner = await page.evaluate<number>('document.documentElement.scrollWidth')
          assert.ok(inner <= width, `${name} is ${inner} px wide in a window of ${width} px`)
          assert.equal(await page.evaluate('document.documentElement.lang'), locale)
        }
        await rowsAre(page, (names) => names.length > 3)
        await look('list')
        await page.goto('/admin/audit?outcome=refused')
        await rowsAre(page, (names) => names.length >= 3)
        await look('refused')
        await page.goto(`/admin/audit?action=sensor.update`)
        await page.getByRole('rowheader').getByRole('button').first().click()
        await page.getByRole('dialog').getByText('x: 0.25, y: 0.5').waitFor()
        await look('entry')
        assert.deepEqual(problems, [])
      })
