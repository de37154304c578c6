import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { App } from '#platform'
import { administrator } from '../harness.ts'
import { findChromium } from '../system-packages.ts'

/** Folder for pictures of every page in every form, for whoever wants to look. */
const pictures = process.env['PLENUM_TEST_PICTURES']

const { path: executablePath, skip: whySkipped } = findChromium()

/** For node:test: why tests in a browser are skipped here, or false. */
export const skip = whySkipped

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Closed after the test. */
export async function launchBrowser(t: TestContext): Promise<Browser> {
  const browser = await chromium.launch({ executablePath, args })
  t.after(() => browser.close())
  return browser
}

/** A page with a list of everything that went wrong on it: errors, failed requests, breaches of the security policy. */
export async function openPage(browser: Browser, options: BrowserContextOptions) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    // Answers other than 2xx are listed below, with their addresses.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded')
    if (['error', 'warning'].includes(message.type()) && !isStatus) problems.push(message.text())
  })
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${new URL(response.url()).pathname}`)
  })
  page.on('requestfailed', (request) => {
    // A page that is left no longer wants its answers.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') problems.push(`${request.url()} failed`)
  })
  return { context, page, problems }
}

/** Opens pages of a test server that listens, as somebody who is signed in. */
export const openerFor =
  (app: App, address: string) =>
  async (
    t: TestContext,
    path: string,
    { email, password }: { email: string; password: string } = administrator,
    options: BrowserContextOptions = {},
  ) => {
    const answer = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload: { email, password } })
    const browser = await launchBrowser(t)
    const base = { baseURL: address, reducedMotion: 'reduce', locale: 'en', timezoneId: 'Asia/Tokyo' } as const
    const opened = await openPage(browser, { ...base, viewport: { width: 1440, height: 900 }, ...options })
    const cookies = answer.cookies.map(({ name, value }) => ({ name, value: encodeURIComponent(value), url: address }))
    await opened.context.addCookies(cookies)
    await opened.page.goto(path)
    return opened
  }

export async function picture(page: Page, name: string): Promise<void> {
  if (!pictures) return
  await mkdir(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}
