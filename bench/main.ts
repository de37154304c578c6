import { parseArgs } from 'node:util'
import { type Benchmark, type Size, sizes } from './benchmark.ts'
import { bulk } from './bulk.ts'
import { dashboard } from './dashboard.ts'
import { history } from './history.ts'
import { ingest } from './ingest.ts'
import { live } from './live.ts'
import { seal } from './seal.ts'
import { signIn } from './sign-in.ts'
import { storage } from './storage.ts'
import { alignTable } from './table.ts'

const benchmarks: Record<string, Benchmark> = {
  ingest,
  seal,
  storage,
  bulk,
  history,
  dashboard,
  live,
  'sign-in': signIn,
}

const listing = Object.entries(benchmarks).map(([name, { description }]) => `  ${name.padEnd(12)}${description}`)
const usage = `npm run bench -- [NAME …] [--size small|full|tiny] [--json] [--profile FOLDER]

${listing.join('\n')}

  --size         small ends within two minutes a benchmark (default); tiny only proves that it works
  --json         one object a line and figure
  --profile      the server under test leaves a CPU profile there`

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      size: { type: 'string', default: 'small' },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(usage)
  const unknown = positionals.find((name) => !Object.hasOwn(benchmarks, name))
  if (unknown !== undefined) throw new UsageError(`There is no benchmark "${unknown}".\n\n${usage}`)
  if (!(sizes as readonly string[]).includes(values.size)) throw new UsageError(`--size is ${sizes.join(', ')}.`)

  const chosen = positionals.length > 0 ? positionals : Object.keys(benchmarks)
  for (const name of chosen) {
    const benchmark = benchmarks[name] as Benchmark
    const { figures, table, notes } = await benchmark.run({
      size: values.size as Size,
      // Progress is no result: it stays out of what is piped on.
      say: (progress) => console.error(`${name}: ${progress}`),
      profileDir: values.profile ?? null,
    })
    if (values.json) for (const figure of figures) console.log(JSON.stringify(figure))
    else console.log(`\n${name}: ${benchmark.description}\n\n${alignTable(table)}\n\n${notes.join('\n')}\n`)
  }
}

class UsageError extends Error {}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const mistyped = error instanceof UsageError || String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS')
  console.error(mistyped ? (error as Error).message : error)
  process.exitCode = mistyped ? 2 : 1
}
