import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '@iris/common/lifecycle/log'
import { createManagedProcess, type ManagedProcess, type ProcessPlan } from './managed-process.js'

const running = `console.log('ready'); setInterval(() => {}, 1000)`
const polite = `process.on('SIGTERM', () => process.exit(7)); ${running}`
const stubborn = `process.on('SIGTERM', () => {}); ${running}`

let directory: string
let started: ManagedProcess[] = []
const others: ChildProcess[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'iris-process-'))
})
afterEach(async () => {
  await Promise.all(started.map(each => each.kill()))
  started = []
  for (const other of others.splice(0)) other.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

function make(program: string, overrides: Partial<ProcessPlan> = {}): ManagedProcess {
  const outputFile = join(directory, 'output.log')
  const plan: ProcessPlan = {
    name: 'A program',
    command: process.execPath,
    args: ['-e', program],
    environment: {},
    outputFile,
    processFile: join(directory, 'process.json'),
    startMs: 10_000,
    stopMs: 300,
    isReady: () => Promise.resolve(readFileSync(outputFile, 'utf8').includes('ready')),
    ...overrides,
  }
  const made = createManagedProcess({ log: silentLog }, plan)
  started.push(made)
  return made
}

/** A process that is none of ours and ignores SIGTERM. */
function spawnStubborn(): ChildProcess {
  const other = spawn(process.execPath, ['-e', stubborn], { stdio: 'ignore' })
  others.push(other)
  return other
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function untilDead(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isAlive(pid); tries++)
    await new Promise(resolve => setTimeout(resolve, 20))
  return !isAlive(pid)
}

describe('a managed process', () => {
  it('starts, stops with its own exit code, and starts again', async () => {
    const program = make(polite)

    await program.start()
    const firstPid = program.pid
    const exit = await program.stop()
    await program.start()

    expect(exit).toEqual({ code: 7, signal: null })
    expect(program.pid).not.toBe(firstPid)
    expect(program.exit).toBeNull()
  })

  it('is killed when it does not stop in time', async () => {
    const program = make(stubborn)
    await program.start()

    const exit = await program.stop()

    expect(exit).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('stops also while it is paused', async () => {
    const program = make(polite, { stopMs: 5_000 })
    await program.start()

    program.pause()
    const exit = await program.stop()

    expect(exit).toEqual({ code: 7, signal: null })
  })

  it('stands still with all its threads when the pause is over', async () => {
    const program = make(`${polite}; setInterval(() => { for (let n = 0; n < 1e6; n++); }, 0)`)
    await program.start()
    const threads = `/proc/${program.pid}/task`
    const states = (): string[] =>
      readdirSync(threads).map(
        thread => readFileSync(`${threads}/${thread}/stat`, 'utf8').split(') ').at(-1)?.[0] ?? '',
      )

    program.pause()
    const paused = existsSync(threads) ? states() : ['T']

    expect(new Set(paused)).toEqual(new Set(['T']))
    await program.kill()
  })

  it('tells that it ended by itself', async () => {
    const program = make(`console.log('ready'); setTimeout(() => process.exit(3), 100)`)
    await program.start()

    const exit = await new Promise(resolve => program.onExit(resolve))

    expect(exit).toEqual({ code: 3, signal: null })
    expect(existsSync(join(directory, 'process.json'))).toBe(false)
  })

  it('that ends before it is ready fails to start with its last words', async () => {
    const program = make(`console.error('no such thing'); process.exit(1)`)

    await expect(program.start()).rejects.toThrow(/A program ended with 1\. .*no such thing/s)
  })

  it('that never gets ready is ended and says how long it had', async () => {
    const program = make(polite, { startMs: 200, isReady: () => Promise.resolve(false) })

    await expect(program.start()).rejects.toThrow(/did not answer in 200 ms/)
    expect(isAlive(program.pid)).toBe(false)
  })

  it('that does not exist fails to start', async () => {
    await expect(make('', { command: '/nowhere/program' }).start()).rejects.toThrow(/could not be started/)
  })

  it('dies with the process that started it, even when that is killed', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', parentProgram()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = Number(await new Promise<Buffer>(resolve => parent.stdout.once('data', resolve)))

    parent.kill('SIGKILL')

    expect(await untilDead(pid)).toBe(true)
  }, 20_000)

  it('of an owner that is gone is ended by the next start in its directory', async () => {
    const stale = spawnStubborn()
    const pid = stale.pid ?? 0
    const note = { pid, started: startOf(pid), ownerPid: 2 ** 22 + 1, ownerStarted: '1' }
    writeFileSync(join(directory, 'process.json'), JSON.stringify(note))

    await make(polite).start()

    expect(await untilDead(pid)).toBe(true)
  })

  it('of an owner that lives is left alone, and the start is refused', async () => {
    const other = spawnStubborn()
    const pid = other.pid ?? 0
    const note = { pid, started: startOf(pid), ownerPid: process.ppid, ownerStarted: startOf(process.ppid) }
    writeFileSync(join(directory, 'process.json'), JSON.stringify(note))

    await expect(make(polite).start()).rejects.toThrow(/already runs on this data/)
    expect(isAlive(pid)).toBe(true)
  })

  it('never touches a pid that another program got since', async () => {
    const other = spawnStubborn()
    const note = { pid: other.pid, started: 'long ago', ownerPid: 2 ** 22 + 1, ownerStarted: '1' }
    writeFileSync(join(directory, 'process.json'), JSON.stringify(note))

    await make(polite).start()

    expect(isAlive(other.pid ?? 0)).toBe(true)
  })
})

/** The 22nd field of /proc/<pid>/stat, as `process-file.ts` reads it; these tests run on Linux. */
function startOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

/** A process that starts a child of its own through the built module and prints the child's pid. */
function parentProgram(): string {
  const module = new URL('../dist/managed-process.js', import.meta.url).href
  const plan = {
    name: 'A child',
    command: process.execPath,
    args: ['-e', stubborn],
    environment: {},
    outputFile: join(directory, 'child.log'),
    processFile: null,
    startMs: 10_000,
    stopMs: 100,
  }
  return `import { createManagedProcess } from ${JSON.stringify(module)}
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const child = createManagedProcess({ log }, { ...${JSON.stringify(plan)}, isReady: async () => true })
    await child.start()
    console.log(child.pid)
    setInterval(() => {}, 1000)`
}
