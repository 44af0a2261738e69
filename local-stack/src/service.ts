/**
 * One of our three services as a process.
 * Takes its name and its settings. Gives a process whose status endpoint has said that it serves.
 * Promises: its environment holds PATH, HOME and what was given, nothing else; its log is kept in a file.
 */
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { variableOf } from '@iris/common/config/load'
import { silentLog, type Log } from '@iris/common/lifecycle/log'
import { LocalStackError } from './local-stack-error.js'
import { createManagedProcess, type ManagedProcess } from './managed-process.js'
import { loopback } from './ports.js'

const projectDir = fileURLToPath(new URL('../..', import.meta.url))
const startMs = 30_000
/** A drain takes 10 s at most and the end 15 s: a service that needs longer is broken. */
const stopMs = 20_000
const probeMs = 2_000
const logLinesMax = 10_000

export type ServiceName = 'frontend-service' | 'management-service' | 'consumers-service'

/** What tells one service from another when it is started from outside. */
const kinds: Readonly<
  Record<ServiceName, { hostKey: string; portKey: string; port: number; status: string }>
> = {
  'frontend-service': {
    hostKey: 'frontend.server.host',
    portKey: 'frontend.server.port',
    port: 8080,
    status: '/status/ready',
  },
  'management-service': {
    hostKey: 'management.server.host',
    portKey: 'management.server.port',
    port: 8090,
    status: '/status/health',
  },
  'consumers-service': {
    hostKey: 'consumer.server.host',
    portKey: 'consumer.healthCheckPort',
    port: 8000,
    status: '/status/health',
  },
}

export interface ServiceOptions {
  readonly name: ServiceName
  /** `IRIS_*`, `KAFKA_BROKERS`, `ZOOKEEPER`; see {@link settingsEnvironment}. */
  readonly environment: Readonly<Record<string, string>>
  readonly log?: Log
  /** Where its log goes; a file in the temporary directory when left out. */
  readonly logFile?: string
  /** Bound of its JavaScript heap, for tests of memory. */
  readonly heapMegabytesMax?: number
}

/** A service under our hand. */
export interface ServiceProcess extends ManagedProcess {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  readonly logFile: string
  /** The last lines of its log, oldest first. */
  logs(): readonly string[]
}

/** Settings by their full key as environment variables. */
export function settingsEnvironment(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [variableOf(name), value]))
}

/** The key that holds the port of a service. */
export function portKeyOf(name: ServiceName): string {
  return kinds[name].portKey
}

/** Starts a service and resolves when its status endpoint answers 200. */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const service = createService(options)
  await service.start()
  return service
}

/** Makes a service that is not started yet. */
export function createService(options: ServiceOptions): ServiceProcess {
  const { name, environment } = options
  const kind = kinds[name]
  const host = environment[variableOf(kind.hostKey)] ?? loopback
  const url = `http://${host}:${environment[variableOf(kind.portKey)] ?? kind.port}`
  const logFile = options.logFile ?? temporaryLogFile(name)
  const heap =
    options.heapMegabytesMax === undefined ? [] : [`--max-old-space-size=${options.heapMegabytesMax}`]
  const service = createManagedProcess(
    { log: options.log ?? silentLog },
    {
      name: `${name} on ${url}`,
      command: process.execPath,
      args: ['--disable-proto=delete', ...heap, programOf(name)],
      environment: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
      outputFile: logFile,
      processFile: null,
      startMs,
      stopMs,
      isReady: () => answersOk(url + kind.status),
    },
  )
  return Object.defineProperties(service, {
    url: { value: url, enumerable: true },
    logFile: { value: logFile, enumerable: true },
    logs: { value: () => lastLines(logFile), enumerable: true },
  }) as ServiceProcess
}

function programOf(name: ServiceName): string {
  const program = join(projectDir, name, 'dist', 'main.js')
  if (existsSync(program)) return program
  throw new LocalStackError(`${name} is not built (${program} is missing): run \`npm run build\`.`)
}

/** Whether a GET is answered with 200 within two seconds. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(probeMs) })
    await answer.arrayBuffer()
    return answer.status === 200
  } catch {
    return false // not listening yet, or stuck: the caller asks again until its own deadline
  }
}

function lastLines(file: string): readonly string[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter(line => line !== '').slice(-logLinesMax)
}

let temporaryCount = 0

/** The pid in the name lets the next test run clear it away. */
function temporaryLogFile(name: string): string {
  return join(tmpdir(), `iris-test-${process.pid}-logs`, `${name}-${++temporaryCount}.log`)
}
