import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { eventually } from '#test'
import { launchBrowser, openPage, picture, skip } from './browser.ts'
import { email, makeDataDir, startPlenum } from './plenum.ts'

const words = {
  en: { email: 'E-mail', password: 'Password', signIn: 'Sign in', live: 'Live' },
  ja: { email: 'メールアドレス', password: 'パスワード', signIn: 'サインイン', live: 'ライブ' },
}
type Language = keyof typeof words

test('whoever signs in with the printed password sees ten floors, and thirty sensors of one change by themselves', {
  skip,
}, async (t) => {
  const plenum = await startPlenum(t, { dataDir: await makeDataDir(t) })
  const password = plenum.password ?? ''
  const browser = await launchBrowser(t)
  const base = { baseURL: plenum.address, reducedMotion: 'reduce' } as const
  const { page, problems, context } = await openPage(browser, { ...base, viewport: { width: 1440, height: 900 } })

  await page.goto('/')
  await fillIn(page, 'not the password')
  await page.getByRole('alert').waitFor()
  assert.match(page.url(), /\/sign-in/)
  await picture(page, 'sign-in-wrong-password')
  assert.deepEqual(problems.splice(0), ['401 /api/auth/sign-in/email'], 'only what was provoked')

  await fillIn(page, password)
  await page.getByRole('heading', { level: 1, name: 'Kazamichi Tower' }).waitFor()
  const floors = page.getByRole('rowheader').getByRole('link')
  await countIs(page, 10, () => floors.count())
  await floors.filter({ hasText: /^3F$/ }).click()
  await page.getByRole('heading', { level: 1, name: '3F' }).waitFor()
  await countIs(page, 30, () => page.getByRole('article').count())
  const before = await eventually(
    () => valuesOn(page),
    (values) => values.length === 30 && values.every((value) => value !== '' && !value.startsWith('–')),
  )
  await page.evaluate('globalThis.notLoadedAnew = true')
  await eventually(
    () => valuesOn(page),
    (values) => values.length === 30 && values.join() !== before.join(),
  )
  assert.equal(await page.evaluate('globalThis.notLoadedAnew'), true)
  assert.deepEqual(problems, [])

  await t.test('a session that ends leads to sign-in and back to the same page', async () => {
    const floor = page.url()
    // As another tab does it: this one hears of it from the server.
    await page.evaluate("fetch('/api/auth/sign-out', { method: 'POST' }).then(({ status }) => status)")
    await page.getByLabel(words.en.email).waitFor()
    await fillIn(page, password)
    await page.getByRole('heading', { level: 1, name: '3F' }).waitFor()
    assert.equal(page.url(), floor)
    // The floor is asked for by several questions at once, and each may come too late.
    for (const problem of problems.splice(0)) assert.match(problem, /^401 \/api\//)
  })

  const storageState = await context.storageState()
  const floorPath = new URL(page.url()).pathname
  await context.close()
  for (const locale of ['en', 'ja'] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [390, 1440]) {
        const form = `${locale}-${colorScheme}-${width}`
        await t.test(`every page fits and has no fault: ${form}`, async (s) => {
          const options = { ...base, locale, colorScheme, viewport: { width, height: 900 } }
          await lookAtPages(s, browser, { ...options, storageState }, { form, floorPath, locale })
        })
      }
    }
  }
})

interface Look {
  form: string
  floorPath: string
  locale: Language
}

async function lookAtPages(
  t: TestContext,
  browser: Browser,
  options: BrowserContextOptions,
  { form, floorPath, locale }: Look,
): Promise<void> {
  const { page, problems, context } = await openPage(browser, options)
  t.after(() => context.close())
  const look = async (name: string): Promise<void> => {
    await page.evaluate('document.fonts.ready')
    await picture(page, `${name}-${form}`)
    const inner = await page.evaluate<number>('document.documentElement.scrollWidth')
    const outer = options.viewport?.width ?? 0
    assert.ok(inner <= outer, `${name} is ${inner} px wide in a window of ${outer} px`)
    assert.equal(await page.evaluate('document.documentElement.lang'), locale)
  }
  await page.goto('/')
  await page.getByRole('heading', { level: 1, name: 'Kazamichi Tower' }).waitFor()
  await countIs(page, 10, () => page.getByRole('rowheader').count())
  await look('building')
  await page.goto(floorPath)
  await countIs(page, 30, () => page.getByRole('article').count())
  await page.getByText(words[locale].live, { exact: true }).waitFor()
  await look('floor')
  await context.clearCookies()
  await page.goto('/sign-in')
  await page.getByLabel(words[locale].email).waitFor()
  await look('sign-in')
  assert.deepEqual(problems, [])
}

async function fillIn(page: Page, password: string): Promise<void> {
  await page.getByLabel(words.en.email).fill(email)
  await page.getByRole('textbox', { name: words.en.password }).fill(password)
  await page.getByRole('button', { name: words.en.signIn }).click()
}

async function countIs(page: Page, wanted: number, count: () => Promise<number>): Promise<void> {
  const counted = await eventually(count, (n) => n === wanted)
  assert.equal(counted, wanted, page.url())
}

/** What the tiles show between name and age: the value with its unit. */
const valuesOn = (page: Page): Promise<string[]> =>
  page
    .getByRole('article')
    .evaluateAll((tiles) => tiles.map((tile) => (tile.querySelector('h3 + div')?.textContent ?? '').trim()))
