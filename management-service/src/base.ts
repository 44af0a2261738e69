/**
 * What every part of management is made with.
 */
import type { ConfigOf } from '@iris/common/config/declare'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { managementKeys } from './config.js'

/** The values of the service's keys. */
export type ManagementConfig = ConfigOf<typeof managementKeys>

/** The machine as parameters. */
export interface ManagementBase {
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}

/** Of this service, as its descriptions say it. */
export { irisVersion as version } from '@iris/common/lifecycle/version'
