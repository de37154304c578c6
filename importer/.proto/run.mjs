import { importDirectory, describeResult, createProgressBar } from '../src/index.ts'
let max=0; const mem=[]; const iv=setInterval(()=>mem.push(process.memoryUsage().rss>>20),500)
const bar=createProgressBar(); const c0=process.cpuUsage()
const r=await importDirectory({dir:'/work/shared/data/keti', stateFile:'/tmp/keti-state.json', api:{baseUrl:'http://127.0.0.1:3998',headers:()=>({authorization:'Bearer admin-key'})}, onProgress:bar.show})
bar.stop(); clearInterval(iv); const u=process.cpuUsage(c0)
console.log(describeResult(r)); console.log('cpu ms',(u.user+u.system)/1e3|0,'maxrss MB',process.resourceUsage().maxRSS>>10, mem.join(' '))
