import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OwnSession } from '@plenum/contract'
import { eventually } from '#test'
import { launchBrowser, openPage, picture, skip } from './browser.ts'
import { email, floorsOf, makeDataDir, onlyBuilding, signIn, startPlenum, takePort } from './plenum.ts'

test('a floor is told, costs nothing in the background, and comes back after the server was away', {
  skip,
}, async (t) => {
  const dataDir = await makeDataDir(t)
  const { port, free } = await takePort()
  await free()
  const env = { PLENUM_PORT: String(port) }
  const first = await startPlenum(t, { dataDir, env })
  const password = first.password ?? ''
  const person = await signIn(first.address, password)
  const [floor] = await floorsOf(person, await onlyBuilding(person))
  const streams = async (): Promise<number> => {
    const text = await (await fetch(`${first.address}/metrics`)).text()
    return Number(/^plenum_live_streams (\d+)$/m.exec(text)?.[1])
  }

  const browser = await launchBrowser(t)
  const { page } = await openPage(browser, { baseURL: first.address, reducedMotion: 'reduce' })
  await page.goto(`/floors/${floor?.floor.id}`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
  await picture(page, 'floor-live')

  const asked: string[] = []
  page.on('request', (request) => void asked.push(new URL(request.url()).pathname))
  const shown = (): Promise<string> =>
    page
      .getByRole('article')
      .evaluateAll((tiles) => tiles.map((tile) => tile.querySelector('h3 + div')?.textContent).join())
  for (let changes = 0; changes < 3; changes++) {
    const before = await shown()
    await eventually(shown, (now) => now !== before)
  }
  assert.ok(!asked.some((path) => /^\/api\/dashboard\/floor\/\d+$/.test(path)), 'what is told is not asked for')

  const look = (state: 'hidden' | 'visible') =>
    page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  assert.equal(await streams(), 1)
  await look('hidden')
  await eventually(streams, (open) => open === 0)
  await look('visible')
  await eventually(streams, (open) => open === 1)

  assert.equal(await first.end(), 0, first.stderr)
  await page.getByText('Reconnecting', { exact: true }).waitFor()
  await page.getByRole('alert').waitFor()
  await picture(page, 'floor-reconnecting')
  await startPlenum(t, { dataDir, env })
  await page.getByText('Live', { exact: true }).waitFor()
  await eventually(
    () => page.getByRole('alert').count(),
    (banners) => banners === 0,
  )

  const again = await signIn(first.address, password)
  const { items } = await again.get<{ items: OwnSession[] }>('/api/auth/sessions')
  assert.ok(items.length > 1)
  const ended = await fetch(`${first.address}/api/auth/sessions`, {
    method: 'DELETE',
    headers: { cookie: again.cookie, 'sec-fetch-site': 'same-origin' },
  })
  assert.equal(ended.status, 204)
  await page.getByLabel('E-mail').waitFor()
})
