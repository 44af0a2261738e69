/**
 * The taste test: `npm run tidy`, part of `npm test`. With `-- --fix` it formats the sources first.
 * Takes the work tree. Gives one line a finding with its fix, and exit code 1 when there is any.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { checkHeaders } from './tidy/headers.js'
import { checkPromises } from './tidy/promises.js'
import { checkSizes } from './tidy/sizes.js'
import { readSources, type Finding } from './tidy/source.js'
import { checkTables } from './tidy/tables.js'
import { checkWalls } from './tidy/walls.js'
import { checkWords } from './tidy/words.js'

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Only files whose content changed since the last look are parsed again. */
const quick = ['--cache', '--cache-strategy', 'content']

function formatting(mode: '--write' | '--check'): Finding[] {
  try {
    const options = [...quick, '--log-level', 'warn']
    execFileSync('npx', ['prettier', mode, ...options, '**/*.{ts,tsx}'], { cwd: root, stdio: 'pipe' })
    return []
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr)
    const paths = [...said.matchAll(/\[warn\] (\S+\.tsx?)/g)].map(match => match[1] ?? '')
    return (paths.length > 0 ? paths : ['.']).map(path => ({
      path,
      line: 1,
      problem: 'is not formatted',
      fix: 'npm run tidy -- --fix',
    }))
  }
}

const fixed = formatting(process.argv.includes('--fix') ? '--write' : '--check')
const sources = readSources(root)
const findings = [
  ...fixed,
  ...checkHeaders(sources),
  ...checkSizes(sources),
  ...checkWords(sources),
  ...checkWalls(sources),
  ...checkTables(root, sources),
  ...checkPromises(root, sources),
]
for (const each of findings) {
  process.stdout.write(`${each.path}:${each.line}: ${each.problem}. Fix: ${each.fix}\n`)
}
process.stdout.write(`tidy: ${sources.length} files, ${findings.length} findings\n`)
process.exitCode = findings.length === 0 ? 0 : 1
