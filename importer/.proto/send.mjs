import http from 'node:http'
const mode = process.argv[2],
  size = +process.argv[3],
  conc = 4,
  total = 2763918
const base = []
for (let i = 0; i < size; i++)
  base.push(`{"sensor_id":${100 + (i % 5)},"timestamp":"2013-08-23T22:05:00Z","value":494.727}`)
const agent = new http.Agent({ keepAlive: true, maxSockets: conc })
const one = (body) =>
  new Promise((ok, no) => {
    const r = http.request(
      {
        host: '127.0.0.1',
        port: 3999,
        path: '/api/sensors/data',
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': body.length, authorization: 'Bearer x' },
      },
      (res) => {
        res.setEncoding('utf8')
        let t = ''
        res.on('data', (c) => (t += c))
        res.on('end', () => ok(JSON.parse(t)))
      },
    )
    r.on('error', no)
    r.end(body)
  })
const two = async (body) =>
  (
    await fetch('http://127.0.0.1:3999/api/sensors/data', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
      body,
    })
  ).json()
const send = mode === 'http' ? one : two
const c0 = process.cpuUsage(),
  t0 = performance.now()
let left = Math.ceil(total / size)
const reqs = left
await Promise.all(
  Array.from({ length: conc }, async () => {
    while (left-- > 0) {
      const b = Buffer.from('{"readings":[' + base.join(',') + ']}', 'latin1')
      await send(b)
    }
  }),
)
const u = process.cpuUsage(c0)
console.log(
  mode,
  size,
  reqs,
  'wall',
  (performance.now() - t0) | 0,
  'cpu',
  ((u.user + u.system) / 1e3) | 0,
  'maxrss',
  process.resourceUsage().maxRSS >> 10,
)
agent.destroy()
process.exit()
