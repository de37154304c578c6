import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = 'http://127.0.0.1:3000'

export default defineConfig({
  plugins: [react()],
  // The server writes a new one into every page it sends (server/src/web-files.ts).
  html: { cspNonce: 'PLENUM_STYLE_NONCE' },
  server: { proxy: { '/api': server } },
  build: {
    target: 'es2023',
    // Fonts and pictures stay files: the content security policy allows no data: fonts.
    assetsInlineLimit: 0,
    // React and Mantine are most of it; they are a file of their own, which stays cached when only Plenum changes.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'libraries', test: /node_modules\/(?!uplot).*\.m?js$/ }] } },
      // The contract's schemas are for the server; the browser takes only the table of sensor kinds.
      treeshake: { moduleSideEffects: (id) => !id.includes('/contract/src/') && !id.includes('/typebox/') },
    },
  },
})
