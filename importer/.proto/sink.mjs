import http from 'node:http'
const s = http
  .createServer((q, r) => {
    q.on('data', () => {})
    q.on('end', () => {
      const b = '{"stored":5000,"duplicates":0,"rejected":0,"errors":[]}'
      r.writeHead(200, { 'content-type': 'application/json', 'content-length': b.length })
      r.end(b)
    })
  })
  .listen(3999, '127.0.0.1')
