/**
 * A Java server of the local stack: its files, its command line, its process.
 * Takes a main class, memory, settings and a data directory. Gives a process that is not started yet.
 * Promises: everything it writes is inside the data directory; its log is bounded by `log4j2.properties`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Log } from '@iris/common/lifecycle/log'
import type { JavaServers } from './artifacts.js'
import { createManagedProcess, type ManagedProcess } from './managed-process.js'

const logSettings = fileURLToPath(new URL('../log4j2.properties', import.meta.url))
const startMs = 60_000
/** A training run writes its class archive while it stops. */
const stopMs = 30_000

/** The note of the pid inside the data directory. */
export const processFileName = 'process.json'

/** One Java server. */
export interface JavaServerPlan {
  readonly name: string
  readonly mainClass: string
  readonly dataDir: string
  /** Heap and collector. */
  readonly jvm: readonly string[]
  isReady(): Promise<boolean>
}

/** A file of `key=value` lines. */
export function writeProperties(file: string, settings: Readonly<Record<string, string>>): void {
  mkdirSync(join(file, '..'), { recursive: true })
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(file, lines.join(''))
}

/** Where the settings of the server in this directory are. */
export function propertiesFile(dataDir: string): string {
  return join(dataDir, 'server.properties')
}

/** The JVM options that keep what `mainClass` writes inside `dataDir`. */
export function logOptions(dataDir: string): readonly string[] {
  return [
    `-Dlog4j2.configurationFile=${logSettings}`,
    `-Diris.logFile=${join(dataDir, 'server.log')}`,
    `-XX:ErrorFile=${join(dataDir, 'jvm-error.log')}`,
    '-Xshare:auto',
  ]
}

/** Makes the process; `start()` runs it. */
export function createJavaServer(log: Log, java: JavaServers, plan: JavaServerPlan): ManagedProcess {
  const { dataDir } = plan
  const args = [
    ...plan.jvm,
    ...logOptions(dataDir),
    '-cp',
    java.classPath,
    plan.mainClass,
    propertiesFile(dataDir),
  ]
  return createManagedProcess(
    { log },
    {
      name: plan.name,
      command: java.java,
      args,
      environment: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      outputFile: join(dataDir, 'output.log'),
      processFile: join(dataDir, processFileName),
      startMs,
      stopMs,
      isReady: () => plan.isReady(),
    },
  )
}
