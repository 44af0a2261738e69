/**
 * `npm test` and, with `--check`, `npm run check`: every step in order, then one line of sums.
 * Gives `N passed, N failed` over all steps and tests, and exit code 1 when anything failed.
 * A step is one test of its own: tidy, types, lint.
 */
import { spawn } from 'node:child_process'
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

/** Process groups of what runs beside the tests. */
const groupsBeside = new Set<number>()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    for (const group of groupsBeside) process.kill(-group)
    process.exit(1)
  })

/**
 * Before a command that is to take only what nobody else wants. Linux shares a machine between sessions
 * before it looks at their processes, so this command needs a session of its own and that one the last place.
 */
const aside = ['sh', '-c', '{ echo 19 > /proc/self/autogroup; } 2>/dev/null; exec nice -n 19 "$@"', 'aside']

/** Runs a command; its output is printed as it comes, or in one piece where another one runs beside it. */
async function run(title: string, command: readonly string[], isAlone = true): Promise<boolean> {
  if (isAlone) process.stdout.write(`\n== ${title}\n`)
  const [program = '', ...parameters] = command
  const startMs = performance.now()
  const child = spawn(program, parameters, {
    cwd: root,
    stdio: ['ignore', isAlone ? 'inherit' : 'pipe', isAlone ? 'inherit' : 'pipe'],
    detached: !isAlone,
  })
  const group = isAlone ? undefined : child.pid
  if (group !== undefined) groupsBeside.add(group)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => (output += String(chunk)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (group !== undefined) groupsBeside.delete(group)
  if (!isAlone) process.stdout.write(`\n== ${title}\n${output}`)
  const tookS = ((performance.now() - startMs) / 1000).toFixed(1)
  process.stdout.write(`== ${title}: ${code === 0 ? 'ok' : 'FAILED'} in ${tookS} s\n`)
  return code === 0
}

async function step(sums: Sums, title: string, command: readonly string[], isAlone = true): Promise<void> {
  if (await run(title, command, isAlone)) sums.passed++
  else sums.failed++
}

async function tests(sums: Sums, ...projects: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'iris-tests-'))
  const file = join(folder, 'report.json')
  const command = ['npx', 'vitest', 'run', '--reporter=default', '--reporter=json']
  const chosen = projects.map(project => `--project=${project}`)
  const title = `${projects.join(' and ')} tests`
  const isGood = await run(title, [...command, ...chosen, `--outputFile.json=${file}`])
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

/** What only computes, one after another; it takes the time that nobody else wants. */
async function readings(sums: Sums): Promise<void> {
  const reading = (title: string, ...command: readonly string[]): Promise<void> =>
    step(sums, title, [...aside, ...command], false)
  await reading('types of the console', 'npm', 'run', '--silent', 'console:check')
  await reading('types of tests', 'npx', 'tsc', '-p', 'tsconfig.tests.json')
  await reading('tidy', 'node', 'scripts/dist/tidy.js')
  await reading('lint', 'npx', 'eslint', '.')
}

/** The smoke waits half of the time that two cores have, for faults and their healing; so do unit tests. */
async function lightTests(sums: Sums): Promise<void> {
  if (!isCheck) await tests(sums, 'smoke')
  await tests(sums, 'unit')
}

const sums: Sums = { passed: 0, failed: 0, skipped: 0 }
await step(sums, 'build', ['npm', 'run', '--silent', 'build'])
await Promise.all([readings(sums), lightTests(sums)])
if (!isCheck) await tests(sums, 'integration', 'e2e')
const skipped = sums.skipped > 0 ? `, ${sums.skipped} skipped` : ''
process.stdout.write(`\n${sums.passed} passed, ${sums.failed} failed${skipped}\n`)
process.exitCode = sums.failed === 0 && sums.passed > 0 ? 0 : 1
