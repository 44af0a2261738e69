#!/usr/bin/env node
/**
 * The program `iris-outbox`: the relay of one outbox table until SIGTERM.
 * Takes flags and environment. Gives exit code 0 after a clean stop, 1 for wrong words.
 */
import { createLog, stderrSink } from '@iris/common/lifecycle/log'
import { runService } from '@iris/common/lifecycle/service'
import { systemClock } from '@iris/common/time/clock'
import { readOptions, usage, UsageError } from './options.js'
import { startTableRelay, type TableRelayOptions } from './postgres/table-relay.js'

/** Requests under way, the settlement, the farewell to the database. */
const stopMs = 25_000

try {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options === null) process.stdout.write(usage)
  else await run(options)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}; --help tells more\n`)
  process.exitCode = 1
}

async function run(options: TableRelayOptions): Promise<void> {
  const log = createLog({ level: 'info', clock: systemClock, sink: stderrSink(), fields: {} })
  await runService({
    name: 'iris-outbox',
    log,
    stopMs,
    start() {
      const relay = startTableRelay(log, options)
      return Promise.resolve(() => relay.stop())
    },
  })
}
