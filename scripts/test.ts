/**
 * `npm test` and, with `--check`, `npm run check`: every step in order, then one line of sums.
 * Gives `N passed, N failed` over all steps and tests, and exit code 1 when anything failed.
 * A step is one test of its own: tidy, types, lint.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const isCheck = process.argv.includes('--check')

interface Sums {
  passed: number
  failed: number
  skipped: number
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly success: boolean
}

function run(title: string, command: readonly string[]): boolean {
  process.stdout.write(`\n== ${title}\n`)
  const [program = '', ...parameters] = command
  const startMs = performance.now()
  const isGood = spawnSync(program, parameters, { cwd: root, stdio: 'inherit' }).status === 0
  const tookS = ((performance.now() - startMs) / 1000).toFixed(1)
  process.stdout.write(`== ${title}: ${isGood ? 'ok' : 'FAILED'} in ${tookS} s\n`)
  return isGood
}

function step(sums: Sums, title: string, command: readonly string[]): void {
  if (run(title, command)) sums.passed++
  else sums.failed++
}

function tests(sums: Sums, project: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'iris-tests-'))
  const file = join(folder, 'report.json')
  const command = ['npx', 'vitest', 'run', '--project', project, '--reporter=default', '--reporter=json']
  const isGood = run(`${project} tests`, [...command, `--outputFile.json=${file}`])
  const report = readReport(file)
  rmSync(folder, { recursive: true, force: true })
  sums.passed += report.numPassedTests
  sums.skipped += report.numPendingTests + report.numTodoTests
  // A run that failed outside a test (a setup, an unhandled error) is a failure too.
  sums.failed += Math.max(report.numFailedTests, isGood && report.success ? 0 : 1)
}

function readReport(file: string): VitestReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  } catch (error) {
    process.stdout.write(`no report: ${(error as Error).message}\n`)
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, success: false }
  }
}

const sums: Sums = { passed: 0, failed: 0, skipped: 0 }
step(sums, 'build', ['npx', 'tsc', '-b'])
step(sums, 'types of tests', ['npx', 'tsc', '-p', 'tsconfig.tests.json'])
step(sums, 'tidy', ['node', 'scripts/dist/tidy.js'])
step(sums, 'lint', ['npx', 'eslint', '.'])
tests(sums, 'unit')
if (!isCheck) {
  tests(sums, 'integration')
  tests(sums, 'e2e')
  tests(sums, 'smoke')
}
const skipped = sums.skipped > 0 ? `, ${sums.skipped} skipped` : ''
process.stdout.write(`\n${sums.passed} passed, ${sums.failed} failed${skipped}\n`)
process.exitCode = sums.failed === 0 && sums.passed > 0 ? 0 : 1
