import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './ui/styles.ts'
import { App } from './app/app.tsx'
import { startLanguage } from './platform/language.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

await startLanguage()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
