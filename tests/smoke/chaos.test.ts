/**
 * P1, P2, P4 to P8 and P10 under faults, P14 without: the chaos programme, as `npm run chaos` runs it.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../dist/chaos/main.js', import.meta.url))
const endMs = 420_000

const chaos = (...args: string[]): Promise<{ code: number; report: string }> =>
  new Promise(resolve => {
    const options = { timeout: endMs - 10_000, killSignal: 'SIGTERM', maxBuffer: 16 * 1024 * 1024 } as const
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, report: `${stdout}\n${stderr}` })
    })
  })

const sumOf = (report: string, pattern: RegExp): number =>
  [...report.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0)

/** Promise P10. */
const publishingAgainS = 10

const mostOf = (report: string, pattern: RegExp): number =>
  Math.max(...[...report.matchAll(pattern)].map(match => Number(match[1])))

/** What the programme printed for each seed, by its number; 0 for what came before the first. */
const parts = new Map<number, string>()
let code = 1
let whole = ''

beforeAll(async () => {
  expect(existsSync(program), 'run `npm run build` first').toBe(true)
  const { code: given, report } = await chaos('--smoke')
  code = given
  whole = report
  for (const part of report.split(/^(?=seed \d+:)/m))
    parts.set(Number(/^seed (\d+):/.exec(part)?.[1] ?? 0), part)
}, endMs)

describe('under faults, with three fixed seeds', () => {
  it('loses no acknowledged message, breaks no order, and repeats only with a cause', () => {
    const report = [19, 65, 62].map(seed => parts.get(seed) ?? '').join('')

    expect(code, whole).toBe(0)
    expect(sumOf(report, /acknowledged (\d+), refused/g)).toBeGreaterThanOrEqual(20_000)
    for (const way of ['single', 'bulk', 'keyed', 'spooled', 'scheduled'])
      expect(sumOf(report, new RegExp(`${way} (\\d+)`, 'g')), way).toBeGreaterThan(20)
    expect(sumOf(report, /cancelled (\d+)/g)).toBeGreaterThan(0)
    expect(sumOf(report, /statuses asked for (\d+)/g)).toBeGreaterThan(20)
    const faults = sumOf(report, /, (\d+) faults/g)
    expect(faults).toBeGreaterThanOrEqual(10)
    expect(sumOf(report, /lost (\d+), stored twice/g)).toBe(0)
    expect(sumOf(report, /order breaks per key (\d+)/g)).toBe(0)
    expect(sumOf(report, /unexplained (\d+)/g)).toBe(0)
    expect(report.match(/first 201 after its end \d/g)).toHaveLength(faults)
    expect(mostOf(report, /first 201 after its end (\d+\.\d+) s/g)).toBeLessThanOrEqual(publishingAgainS)
    expect(whole).toContain('consumers-leader-kill')
    expect(whole).toContain('zookeeper-stop')
    expect(whole.match(/caught.*, as it must be/g)).toHaveLength(4)
    expect(whole).not.toContain('NOT CAUGHT')
  })
})

describe('without faults', () => {
  it('counts what happened and delivers everything exactly once', () => {
    const report = parts.get(10) ?? ''

    expect(report).toContain('  GOOD')
    // How much a machine manages in four seconds is no promise; that it was a run at all is.
    expect(sumOf(report, /acknowledged (\d+), refused/g)).toBeGreaterThan(100)
    expect(sumOf(report, /repeats (\d+)/g)).toBe(0)
  })
})
