import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'plenum-gate-'))
after(() => rm(folder, { recursive: true, force: true }))
await cp(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))

/** Lints a tree of these files with the project's rules, and answers what was found. */
async function lint(files: Record<string, string>): Promise<string> {
  const tree = await mkdtemp(join(folder, 'tree-'))
  await cp(join(folder, '.oxlintrc.json'), join(tree, '.oxlintrc.json'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, name)), { recursive: true })
    await writeFile(join(tree, name), text)
  }
  const oxlint = join(root, 'node_modules/.bin/oxlint')
  const run = promisify(execFile)(oxlint, ['--deny-warnings', '-f', 'unix'], { cwd: tree })
  return run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
}

const breaches: [what: string, file: string, text: string, rule: RegExp][] = [
  [
    'a slice that reaches behind the door of another',
    'server/src/dashboard/x.ts',
    "import { a } from '../readings/store.ts'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'platform importing a slice',
    'server/src/platform/x.ts',
    "import { a } from '#auth'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'auth importing the registry, which stands above it',
    'server/src/auth/x.ts',
    "import { a } from '#registry'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'the audit log importing auth, which stands above it',
    'server/src/audit/x.ts',
    "import { a } from '#auth'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'the registry importing readings',
    'server/src/registry/x.ts',
    "import { a } from '#readings'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'readings importing dashboards',
    'server/src/readings/x.ts',
    "import { a } from '#dashboard'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'live streams importing readings past the dashboards',
    'server/src/live/x.ts',
    "import { a } from '#readings'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'dashboards importing live streams, which stand above them',
    'server/src/dashboard/x.ts',
    "import { a } from '#live'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'live streams importing the system page, which stands above them',
    'server/src/live/x.ts',
    "import { a } from '#system'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'the system page importing dashboards, of which it needs nothing',
    'server/src/system/x.ts',
    "import { a } from '#dashboard'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'a slice importing the simulator',
    'server/src/readings/x.ts',
    "import { a } from '@plenum/simulator'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'the contract importing anything of ours',
    'contract/src/x.ts',
    "import { a } from '@plenum/server'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'the web application importing the server',
    'web/src/x.ts',
    "import { a } from '../../server/src/app.ts'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'the simulator importing another workspace',
    'simulator/src/x.ts',
    "import { a } from '@plenum/importer'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  [
    'a benchmark importing the importer',
    'bench/x.ts',
    "import { a } from '@plenum/importer'\nexport const x = a\n",
    /no-restricted-imports/,
  ],
  ['a default export', 'server/src/x.ts', 'export default 1\n', /no-default-export/],
  [
    'reading the environment outside config.ts',
    'server/src/readings/x.ts',
    "export const x = process.env['HOME']\n",
    /no-restricted-properties/,
  ],
]

for (const [what, file, text, rule] of breaches) {
  test(`the gate notices ${what}`, async () => {
    assert.match(await lint({ [file]: text }), rule)
  })
}

test('the gate notices an import cycle, also over three files', async () => {
  const found = await lint({
    'server/src/readings/a.ts': "import { b } from './b.ts'\nexport const a = () => b\n",
    'server/src/readings/b.ts': "import { c } from './c.ts'\nexport const b = () => c\n",
    'server/src/readings/c.ts': "import { a } from './a.ts'\nexport const c = () => a\n",
  })
  assert.match(found, /no-cycle/)
})

test('the gate lets pass what is allowed', async () => {
  const found = await lint({
    'server/src/dashboard/x.ts':
      "import { a } from '#readings'\nimport { b } from '@plenum/contract'\nexport const x = [a, b]\n",
    'server/src/readings/y.ts':
      "import { a } from '#registry'\nimport { b } from '#platform'\nexport const y = [a, b]\n",
    'bench/x.ts': "import { a } from '@plenum/simulator'\nexport const x = a\n",
    'web/src/z.ts': "import { sensorKinds } from '@plenum/contract'\nexport const z = sensorKinds\n",
  })
  assert.doesNotMatch(found, /Error/)
})
