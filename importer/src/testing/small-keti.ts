import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ketiHeader } from '../keti-room-file.ts'

export interface SmallKeti {
  dir: string
  stateFile: string
  /** `keti/413/co2 1377299100 494.727`, one line a reading, in no particular order. */
  readings: string[]
  write(room: string, text: string): void
  remove(): void
}

const columns = ['temperature', 'humidity', 'co2', 'light', 'pir']

/** A recorded building in KETI's format, with minutes missing and cells empty, in a folder of its own. */
export function makeSmallKeti({ rooms = ['413', '415', '510', '621A'], minutes = 60 } = {}): SmallKeti {
  const dir = mkdtempSync(join(tmpdir(), 'plenum-import-'))
  const folder = join(dir, 'derived-1min')
  mkdirSync(folder)
  const write = (room: string, text: string) => writeFileSync(join(folder, `${room}.csv.gz`), gzipSync(text))
  const readings: string[] = []
  rooms.forEach((room, index) => {
    const lines = [ketiHeader]
    for (let minute = 0; minute < minutes; minute++) {
      if ((minute + index) % 11 === 3) continue
      const epochS = 1_377_299_100 + minute * 60
      const cells = columns.map((column, place) => {
        const value = (minute + place) % 7 === 0 ? '' : `${place * 100 + index}.${minute % 10}`
        if (value !== '') readings.push(`keti/${room}/${column} ${epochS} ${Number(value)}`)
        return `${value},${value === '' ? 0 : 12}`
      })
      lines.push(`${epochS},${cells.join(',')}`)
    }
    write(room, `${lines.join('\n')}\n`)
  })
  const remove = () => rmSync(dir, { recursive: true, force: true })
  return { dir, stateFile: join(dir, 'state', 'import.json'), readings, write, remove }
}
