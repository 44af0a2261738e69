/**
 * The frontend program: configuration, parts, life.
 * Takes the command line and the environment. Ends with 0 after a clean stop, with 1 and a reason otherwise.
 */
import { ConfigError, loadConfig, shownConfig } from '@iris/common/config/load'
import { createLog, stderrSink } from '@iris/common/lifecycle/log'
import { runService } from '@iris/common/lifecycle/service'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { frontendKeys } from './config.js'
import { createProgram } from './workers/program.js'

try {
  const config = loadConfig(frontendKeys, { argv: process.argv.slice(2), environment: process.env })
  const log = createLog({
    level: config.logLevel,
    clock: systemClock,
    sink: stderrSink(),
    fields: { service: 'frontend-service' },
  })
  log.info('service.configuration', shownConfig(frontendKeys, config))
  const program = createProgram({ log, clock: systemClock, scheduler: systemScheduler }, config)
  await runService({ name: 'frontend-service', log, ...program })
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
