/**
 * The program `iris-outbox` as a test runs it.
 * Takes its flags. Gives a process that has begun, with what it has said.
 * Promises: it does not outlive the test process.
 */
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLog } from '@iris/common/lifecycle/log'
import { createManagedProcess, type ManagedProcess } from '@iris/local-stack/managed-process'

const program = fileURLToPath(new URL('../../outbox/dist/main.js', import.meta.url))
const startMs = 60_000
const stopMs = 30_000
let count = 0

/** A relay under our hand. */
export interface OutboxRelay extends ManagedProcess {
  /** Events of its log so far, such as `outbox.leading`. */
  events(): readonly string[]
}

/** Starts it and resolves when it runs; it may still stand by. */
export async function startOutboxRelay(flags: Readonly<Record<string, string>>): Promise<OutboxRelay> {
  const outputFile = join(tmpdir(), `iris-test-${process.pid}-logs`, `outbox-${++count}.log`)
  const events = (): readonly string[] =>
    [...readFileSync(outputFile, 'utf8').matchAll(/"event":"([^"]+)"/g)].map(([, name]) => name ?? '')
  const relay = createManagedProcess(
    { log: silentLog },
    {
      name: 'iris-outbox',
      command: process.execPath,
      args: [program, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)],
      environment: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      ...{ outputFile, processFile: null, startMs, stopMs },
      isReady: () => Promise.resolve(events().includes('service.started')),
    },
  )
  await relay.start()
  return Object.defineProperties(relay, { events: { value: events } }) as OutboxRelay
}
