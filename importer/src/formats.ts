import { importError } from './errors.ts'
import { ketiFormat } from './keti.ts'
import type { RecordedBuilding, RecordedFormat } from './recorded-building.ts'

/** A further format is one more row here. */
const formats: RecordedFormat[] = [ketiFormat]

/** @throws `import_format_unknown`, naming what each format expects and what is missing. */
export async function openRecordedBuilding(dir: string): Promise<RecordedBuilding> {
  const missing: string[] = []
  for (const format of formats) {
    const opened = await format.open(dir)
    if ('parts' in opened) return opened
    missing.push(`${format.name}: ${opened.missing}`)
  }
  throw importError('import_format_unknown', `${dir} is not a recorded building.\n${missing.join('\n')}`)
}
