/**
 * The consumers program: configuration, parts, life.
 * Takes the command line and the environment. Ends with 0 after a clean stop, with 1 and a reason otherwise.
 */
import { ConfigError, loadConfig, shownConfig } from '@iris/common/config/load'
import { createLog, stderrSink } from '@iris/common/lifecycle/log'
import { runService } from '@iris/common/lifecycle/service'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { consumersKeys } from './config.js'
import { createConsumers, stopMs } from './wire.js'

try {
  const config = loadConfig(consumersKeys, { argv: process.argv.slice(2), environment: process.env })
  const log = createLog({
    level: config.logLevel,
    clock: systemClock,
    sink: stderrSink(),
    fields: { service: 'consumers-service' },
  })
  log.info('service.configuration', shownConfig(consumersKeys, config))
  const consumers = createConsumers({ log, clock: systemClock, scheduler: systemScheduler }, config)
  await runService({
    name: 'consumers-service',
    log,
    stopMs,
    async start() {
      await consumers.start()
      return () => consumers.stop()
    },
  })
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
