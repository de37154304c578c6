import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Building, BuildingsDashboard, Floor, Sensor } from '@plenum/contract'
import { eventually } from '#test'
import { launchBrowser, openPage, picture, skip } from './browser.ts'
import { email, makeDataDir, type Person, signIn, startPlenum } from './plenum.ts'

/** Beside the demonstration: a building that reports, one that went silent long ago, and one without sensors. */
async function addBuildings(person: Person): Promise<Sensor> {
  const [east, north] = await Promise.all([
    person.post<Building>('/api/buildings', {
      name: 'Ostfeld 4',
      timezone: 'Europe/Berlin',
      address: 'Hafenstraße 12',
    }),
    person.post<Building>('/api/buildings', { name: 'Tsukuba Laboratory', timezone: 'Asia/Tokyo' }),
  ])
  await person.post('/api/buildings', { name: 'Annex', timezone: 'UTC' })
  const sensorIn = async ({ id }: Building): Promise<Sensor> => {
    const floor = await person.post<Floor>('/api/floors', { building_id: id, name: '1F', level: 1 })
    const sensor = { floor_id: floor.id, sensor_key: `overview/${id}`, name: 'Hall', sensor_type: 'co2' }
    return person.post<Sensor>('/api/sensors', sensor)
  }
  const [reporting, silent] = [await sensorIn(east), await sensorIn(north)]
  await report(person, silent, Date.now() - 86_400_000)
  return reporting
}
const report = (person: Person, { id }: Sensor, atMs: number) =>
  person.post('/api/sensors/data', { sensor_id: id, timestamp: new Date(atMs).toISOString(), value: 612 })

test('all buildings are told by one stream, which costs nothing in the background', { skip }, async (t) => {
  const plenum = await startPlenum(t, { dataDir: await makeDataDir(t) })
  const password = plenum.password ?? ''
  const person = await signIn(plenum.address, password)
  const sensor = await addBuildings(person)
  const figure = async (name: string): Promise<number> => {
    const text = await (await fetch(`${plenum.address}/metrics`)).text()
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
  }
  const streams = () => figure('plenum_live_streams')

  const browser = await launchBrowser(t)
  const base = { baseURL: plenum.address, reducedMotion: 'reduce' } as const
  const { page, problems, context } = await openPage(browser, base)
  await page.goto('/')
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
  problems.length = 0
  const asked: string[] = []
  page.on('request', (request) => void asked.push(new URL(request.url()).pathname))

  const card = page.getByRole('listitem').filter({ hasText: 'Ostfeld 4' })
  await card.getByText('1 silent').waitFor()
  await report(person, sensor, Date.now())
  await card.getByText('Newest reading').waitFor()
  await person.post<Building>('/api/buildings', { name: 'Just added', timezone: 'UTC' })
  await page.getByRole('link', { name: 'Just added' }).waitFor()
  const newest = () =>
    page.getByRole('listitem').filter({ hasText: 'Kazamichi' }).locator('time').getAttribute('datetime')
  const before = await newest()
  await eventually(newest, (at) => at !== before)
  assert.ok(!asked.some((path) => path.startsWith('/api/dashboard/')), 'what is told is not asked for')
  assert.equal(await streams(), 1, 'one stream for all')

  const look = (state: 'hidden' | 'visible') =>
    page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  await look('hidden')
  await eventually(streams, (open) => open === 0)
  await look('visible')
  await eventually(streams, (open) => open === 1)
  const { buildings } = await person.get<BuildingsDashboard>('/api/dashboard/buildings')
  await eventually(
    () =>
      page
        .locator('main')
        .getByRole('listitem')
        .filter({ has: page.getByRole('heading', { level: 2 }) })
        .count(),
    (cards) => cards === buildings.length,
  )

  await page.route('**/api/live/buildings', (route) => route.fulfill({ status: 503 }))
  await page.reload()
  await page.getByText('Every 10 s', { exact: true }).waitFor()
  await card.getByText('Newest reading').waitFor()
  assert.deepEqual(new Set(problems), new Set(['503 /api/live/buildings']), 'only what was provoked')

  const storageState = await context.storageState()
  await context.close()
  for (const locale of ['en', 'ja'] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [390, 1440]) {
        const form = `${locale}-${colorScheme}-${width}`
        await t.test(`it fits and has no fault: ${form}`, async (s) => {
          const viewport = { width, height: 900 }
          const looked = await openPage(browser, { ...base, locale, colorScheme, viewport, storageState })
          s.after(() => looked.context.close())
          await looked.page.goto('/')
          await looked.page.getByText({ en: 'Live', ja: 'ライブ' }[locale], { exact: true }).waitFor()
          await looked.page.evaluate('document.fonts.ready')
          await picture(looked.page, `overview-${form}`)
          const inner = await looked.page.evaluate<number>('document.documentElement.scrollWidth')
          assert.ok(inner <= width, `${inner} px wide in a window of ${width} px`)
          assert.deepEqual(looked.problems, [])
        })
      }
    }
  }
})
