/**
 * How the console is built: `dist/index.html` and its files below `dist/assets`, whose names change
 * with them.
 * `npm run dev -w @iris/console` serves it with every call passed on to the management of `npm start`.
 */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compressedFiles } from './compressed-files.js'
import { mantineStyles } from './mantine-styles.js'

/** Everything that is not a page or a file of the console is the API of management. */
const isApi = '^/(?!ui|assets|src|@|node_modules|index.html|$)'

/** By so many pages at least. */
const sharedByMin = 14

export default defineConfig({
  plugins: [mantineStyles(), react(), compressedFiles()],
  root: import.meta.dirname,
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
    // What many pages share comes in one file: each file costs a request, and the head of its answer.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: sharedByMin }] } },
    },
  },
  server: { host: '127.0.0.1', proxy: { [isApi]: 'http://127.0.0.1:8090' } },
})
