import http from 'node:http'
import { startFakePlenum } from '../src/testing/fake-plenum.ts'
const f = await startFakePlenum(); const to=new URL(f.baseUrl)
http.createServer((q,r)=>{ 
 if(q.url==='/api/sensors/data'){ let n=0; const c=[]; q.on('data',x=>c.push(x)); q.on('end',()=>{const b=Buffer.concat(c);let i=-1; while((i=b.indexOf('"timestamp"',i+1))>=0)n++; const s=JSON.stringify({stored:n,duplicates:0,rejected:0,errors:[]}); r.writeHead(200,{'content-type':'application/json','content-length':s.length}); r.end(s)}); return }
 const p=http.request({host:to.hostname,port:to.port,path:q.url,method:q.method,headers:q.headers},a=>{r.writeHead(a.statusCode,a.headers);a.pipe(r)}); q.pipe(p)
}).listen(3998,'127.0.0.1')
