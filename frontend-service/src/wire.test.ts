import { describe, expect, it } from 'vitest'
import { loadConfig } from '@iris/common/config/load'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { frontendKeys } from './config.js'
import { stopMsOf } from './wire.js'
import { createProgram } from './workers/program.js'

const configOf = (environment: Readonly<Record<string, string>>) =>
  loadConfig(frontendKeys, { argv: [], environment })

describe('a stop of a frontend whose every step takes as long as it may', () => {
  it.each([
    ['alone', {}],
    ['with a spool', { IRIS_FRONTEND_SPOOL_DIRECTORY: '/var/spool/iris' }],
    ['without a first wait', { IRIS_FRONTEND_SERVER_GRACEFUL_SHUTDOWN_INITIAL_WAIT: '0' }],
  ])('ends in less than 15 s %s', (_name, environment) => {
    expect(stopMsOf(configOf(environment))).toBeLessThan(15_000)
  })

  it('ends in less than 15 s with several workers, whose primary outlives them', () => {
    const config = configOf({ IRIS_FRONTEND_SERVER_WORKERS: '2' })
    const base = { log: silentLog, clock: systemClock, scheduler: systemScheduler }

    const { stopMs } = createProgram(base, config)

    expect(stopMs).toBeLessThan(15_000)
    expect(stopMs).toBeGreaterThan(stopMsOf(config))
  })

  it('leaves time for a body and the answer of Kafka by their default budgets', () => {
    const config = configOf({})

    expect(stopMsOf(config) - config.stopWaitMs).toBeGreaterThan(config.readBudgetMs + config.leaderBudgetMs)
  })

  it('is as much longer as its first wait is made', () => {
    const wait = (ms: string): number =>
      stopMsOf(configOf({ IRIS_FRONTEND_SERVER_GRACEFUL_SHUTDOWN_INITIAL_WAIT: ms }))

    expect(wait('10000') - wait('1000')).toBe(9_000)
  })
})
