import fs from 'node:fs'
import zlib from 'node:zlib'
import { parse } from 'csv-parse'
import { parse as parseSync } from 'csv-parse/sync'
import { pipeline } from 'node:stream'
const dir = '/work/shared/data/keti/derived-1min/'
const files = fs.readdirSync(dir)
const mode = process.argv[2]
const t0 = performance.now()
const c0 = process.cpuUsage()
let n = 0,
  bytes = 0,
  bodies = 0
const NUM = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
async function* lines(f) {
  const s = fs.createReadStream(dir + f).pipe(zlib.createGunzip({ chunkSize: 65536 }))
  s.setEncoding('latin1')
  let rest = ''
  for await (const c of s) {
    const t = rest + c
    let from = 0,
      e
    const out = []
    while ((e = t.indexOf('\n', from)) >= 0) {
      out.push(t.slice(from, e))
      from = e + 1
    }
    rest = t.slice(from)
    yield out
  }
  if (rest) yield [rest]
}
for (const f of files) {
  if (mode === 'csv-parse') {
    const s = pipeline(fs.createReadStream(dir + f), zlib.createGunzip(), parse({ from_line: 2 }), () => {})
    for await (const r of s) {
      for (let i = 1; i < 11; i += 2) if (r[i] !== '') n++
    }
  } else if (mode === 'csv-data') {
    await new Promise((ok, no) => {
      const s = pipeline(fs.createReadStream(dir + f), zlib.createGunzip(), parse({ from_line: 2 }), (e) =>
        e ? no(e) : ok(),
      )
      s.on('data', (r) => {
        for (let i = 1; i < 11; i += 2) if (r[i] !== '') n++
      })
    })
  } else if (mode === 'split') {
    for await (const ls of lines(f))
      for (const l of ls) {
        const r = l.split(',')
        for (let i = 1; i < 11; i += 2) if (r[i] !== '') n++
      }
    n -= 5
  } else if (mode === 'body') {
    let times = [],
      cols = [[], [], [], [], []]
    let head = true
    const flush = () => {
      let b = '{"readings":['
      for (let k = 0; k < 5; k++) {
        const p = '{"sensor_id":' + (k + 100) + ',"timestamp":"'
        const c = cols[k]
        for (let i = 0; i < c.length; i++)
          if (c[i] !== '') {
            b += p + times[i] + '","value":' + c[i] + '},'
          }
      }
      b = b.slice(0, -1) + ']}'
      const B = Buffer.from(b, 'latin1')
      bytes += B.length
      bodies++
      times = []
      cols = [[], [], [], [], []]
    }
    for await (const ls of lines(f))
      for (const l of ls) {
        if (head) {
          head = false
          continue
        }
        const r = l.split(',')
        times.push(new Date(r[0] * 1000).toISOString().slice(0, 19) + 'Z')
        for (let k = 0; k < 5; k++) {
          const v = r[1 + 2 * k]
          if (v !== '') {
            n++
            if (!NUM.test(v)) throw v
          }
          cols[k].push(v)
        }
        if (times.length === 1000) flush()
      }
    if (times.length) flush()
  }
}
const u = process.cpuUsage(c0)
console.log(
  mode,
  n,
  'wall',
  (performance.now() - t0) | 0,
  'cpu',
  ((u.user + u.system) / 1e3) | 0,
  'rss',
  process.memoryUsage().rss >> 20,
  'maxrss',
  process.resourceUsage().maxRSS >> 10,
  bytes,
  bodies,
)
