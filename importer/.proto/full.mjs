import { importDirectory, describeResult, createProgressBar } from '../src/index.ts'
import { openRecordedBuilding } from '../src/formats.ts'
import { measureParts } from '../src/measure-parts.ts'
const b = await openRecordedBuilding('/work/shared/data/keti')
const t=performance.now(); const m = await measureParts(b.parts, ()=>{}, undefined)
console.log(m.reduce((s,p)=>s+p.readings,0), (performance.now()-t)|0,'ms', process.resourceUsage().maxRSS>>10,'MB max')
