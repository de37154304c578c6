import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type ImportOptions, importDirectory } from '../import-directory.ts'
import type { ImportResult } from '../import-result.ts'
import type { Progress } from '../progress.ts'
import { adminHeaders, type FakePlenum, startFakePlenum } from './fake-plenum.ts'
import { makeSmallKeti, type SmallKeti } from './small-keti.ts'

interface ImportScene {
  fake: FakePlenum
  keti: SmallKeti
  progress: Progress[]
  run(more?: Partial<ImportOptions>): Promise<ImportResult>
  /** An import in a process of its own, killed without warning when `kill` is called. */
  runAndKill(arrange: (kill: () => void) => void): Promise<void>
}

/** So few that a small building takes several requests. */
const readingsPerRequest = 5_000

/** A small recorded building, an empty server, and the import between them. */
export async function withImport(
  { dryRun = false, ...data }: { dryRun?: boolean; rooms?: string[]; minutes?: number },
  work: (scene: ImportScene) => Promise<void>,
): Promise<void> {
  const fake = await startFakePlenum()
  const keti = makeSmallKeti(data)
  const progress: Progress[] = []
  const { dir, stateFile } = keti
  const run = (more: Partial<ImportOptions> = {}) =>
    importDirectory({
      dir,
      stateFile,
      dryRun,
      api: { baseUrl: fake.baseUrl, headers: () => adminHeaders },
      onProgress: (event) => progress.push(event),
      readingsPerRequest,
      ...more,
    })

  async function runAndKill(arrange: (kill: () => void) => void) {
    const options = JSON.stringify({ dir, stateFile, readingsPerRequest })
    const api = `{ baseUrl: '${fake.baseUrl}', headers: () => (${JSON.stringify(adminHeaders)}) }`
    const script = `import { importDirectory } from '${new URL('../index.ts', import.meta.url)}'
      await importDirectory({ ...${options}, api: ${api} })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' })
    arrange(() => child.kill('SIGKILL'))
    const [, killedBy] = await once(child, 'exit')
    assert.equal(killedBy, 'SIGKILL', 'the import ended before it could be killed')
  }

  try {
    await work({ fake, keti, progress, run, runAndKill })
  } finally {
    await fake.close()
    keti.remove()
  }
}

/** What the server holds, in the words of `SmallKeti.readings`, sorted. */
export function storedReadings({ tables, readings }: FakePlenum): string[] {
  const keys = new Map(tables.sensors.map((sensor) => [sensor.id, sensor['sensor_key']]))
  const lines = [...readings].flatMap(([sensorId, values]) =>
    [...values].map(([at, value]) => `${keys.get(sensorId)} ${at / 1000} ${value}`),
  )
  return lines.sort()
}
