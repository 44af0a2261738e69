/**
 * `npm run docs`: writes the documents that are generated from the source.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedDocuments } from './documents.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

for (const [path, text] of Object.entries(generatedDocuments())) {
  mkdirSync(dirname(root + path), { recursive: true })
  writeFileSync(root + path, text)
  process.stdout.write(`wrote ${path}\n`)
}
