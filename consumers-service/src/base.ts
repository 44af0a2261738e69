/**
 * What every part of the consumers is made with.
 */
import type { ConfigOf } from '@iris/common/config/declare'
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { consumersKeys } from './config.js'

/** The values of the service's keys. */
export type ConsumersConfig = ConfigOf<typeof consumersKeys>

/** The machine as parameters. */
export interface ConsumersBase {
  readonly log: Log
  readonly clock: Clock
  readonly scheduler: Scheduler
}
