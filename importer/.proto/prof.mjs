import fs from 'node:fs'; const f=fs.readdirSync('/tmp/prof').at(-1); const p=JSON.parse(fs.readFileSync('/tmp/prof/'+f)); const self=new Map(); const dt=p.timeDeltas; const id=new Map(p.nodes.map(n=>[n.id,n]));
p.samples.forEach((s,i)=>{const c=id.get(s).callFrame; const k=c.functionName+' '+c.url.split('/').slice(-2).join('/')+':'+c.lineNumber; self.set(k,(self.get(k)??0)+dt[i])})
console.log([...self].sort((a,b)=>b[1]-a[1]).slice(0,18).map(([k,v])=>(v/1000|0)+' ms '+k).join('\n'))
