import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createHttp, createLog } from '#platform'
import { webFileRoutes } from './web-files.ts'

// A folder beside the web application's with something that is nobody's business (S6).
const place = await mkdtemp(join(tmpdir(), 'plenum-files-'))
const webDir = join(place, 'dist')
const secret = 'nobody may read this'
await mkdir(join(webDir, 'assets/inner'), { recursive: true })
await mkdir(join(place, 'dist-other'))
const page = '<!doctype html><meta property="csp-nonce" nonce="PLENUM_STYLE_NONCE"><title>page</title>'
const files: [string, string][] = [
  ['secret.txt', secret],
  ['dist-other/secret.txt', secret],
  ['dist/index.html', page],
  ['dist/favicon.svg', '<svg/>'],
  ['dist/.built-from', secret],
  ['dist/assets/.hidden.js', secret],
  ['dist/assets/inner/a.js', secret],
  ['dist/assets/app-1a2b.js', 'run()'],
]
for (const [name, content] of files) await writeFile(join(place, name), content)
await symlink(join(place, 'secret.txt'), join(webDir, 'link.txt'))
await symlink(join(place, 'secret.txt'), join(webDir, 'assets/link.js'))
await symlink('/etc/passwd', join(webDir, 'passwd.txt'))
await symlink(join(place, 'dist-other'), join(webDir, 'assets/other'))

const app = createHttp(createLog('silent'))
await webFileRoutes(app, webDir)
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
after(async () => {
  await app.close()
  await rm(place, { recursive: true })
})

/** Byte for byte: clients tidy paths up before they send them. */
async function rawGet(path: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: plenum\r\nConnection: close\r\n\r\n`)
  let answer = ''
  for await (const part of socket.setEncoding('latin1')) answer += part
  return answer
}

const up = ['..', '%2e%2e', '.%2e', '%2E.', '%252e%252e', '..%00', '..;', '%c0%ae%c0%ae', '%u002e%u002e', '．．']
const separators = ['/', '%2f', '%2F', '\\', '%5c', '%5C', '//', '%252f', '%c0%af', '/./']
const targets = ['secret.txt', 'dist-other/secret.txt', '.built-from', 'etc/passwd']
const tricks = up.flatMap((dots) =>
  separators.flatMap((separator) =>
    targets.flatMap((target) =>
      ['/', '/assets/', '/assets/x/', '/floors/'].flatMap((start) => [
        `${start}${dots}${separator}${target}`,
        `${start}${`${dots}${separator}`.repeat(8)}${target}`,
      ]),
    ),
  ),
)
const others = [
  '/.built-from',
  '/assets/.hidden.js',
  '/assets/inner/a.js',
  '/assets/inner%2fa.js',
  '/link.txt',
  '/assets/link.js',
  '/assets/other/secret.txt',
  '/passwd.txt',
  '/assets//etc/passwd',
  '//etc/passwd',
  `/${place}/secret.txt`,
  `//${place}/secret.txt`,
  `/assets/${place}/secret.txt`,
  `/file://${place}/secret.txt`,
  '/favicon.svg/../../secret.txt',
  '/favicon.svg%00.txt',
  '/assets/app-1a2b.js%00../../secret.txt',
  '/assets/CON',
  '/assets/C:%5csecret.txt',
  `http://plenum${place}/secret.txt`,
]

test('no path leads out of the folder, nor to what is hidden in it', async () => {
  assert.ok(tricks.length > 2_000)
  const seen = new Map<string, number>()
  for (const path of [...tricks, ...others]) {
    // No client can send letters beyond ASCII in a request line.
    const answer = await rawGet(Buffer.from(path).toString('latin1'))
    const status = answer.slice(9, 12)
    seen.set(status, (seen.get(status) ?? 0) + 1)
    assert.ok(!answer.includes(secret) && !answer.includes('root:'), `${path} ${answer}`)
    assert.match(status, /^(200|400|404)$/, path)
    if (status === '200') assert.match(answer, /<title>page<\/title>/, `a view of the application: ${path}`)
  }
  assert.ok((seen.get('404') ?? 0) > 100, JSON.stringify([...seen]))
})

test('what is there is served: files with their type, hashed ones for a year, the page for every view', async () => {
  const script = await app.inject('/assets/app-1a2b.js')
  assert.deepEqual([script.statusCode, script.body], [200, 'run()'])
  assert.match(String(script.headers['content-type']), /^(text|application)\/javascript/)
  assert.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal((await app.inject('/favicon.svg')).headers['cache-control'], 'no-cache')
  assert.equal((await app.inject('/assets/none.js')).headers['cache-control'], 'no-store')
  for (const url of ['/', '/floors/3', '/index.html', '/buildings/1?x=y']) {
    const { statusCode, headers, body } = await app.inject(url)
    assert.equal(statusCode, 200, url)
    assert.match(body, /<title>page/)
    assert.equal(headers['cache-control'], 'no-store')
  }
})

test('every page has a nonce of its own, the same in its policy and its text, and nothing inline beside that', async () => {
  const nonces = new Set<string>()
  for (let i = 0; i < 20; i++) {
    const { body, headers } = await app.inject('/')
    const [, nonce = ''] = /nonce="([^"]+)"/.exec(body) ?? []
    assert.equal(Buffer.from(nonce, 'base64').length, 16)
    nonces.add(nonce)
    const policy = String(headers['content-security-policy'])
    assert.ok(policy.includes(`style-src 'self' 'nonce-${nonce}'`), policy)
    assert.match(policy, /script-src 'self';/)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)
  }
  assert.equal(nonces.size, 20)
})

test('while the page is being built it says so', async () => {
  await rm(join(webDir, 'index.html'))
  const { statusCode, headers } = await app.inject('/floors/3')
  assert.deepEqual([statusCode, headers['retry-after']], [503, '3'])
  await writeFile(join(webDir, 'index.html'), page)
})
