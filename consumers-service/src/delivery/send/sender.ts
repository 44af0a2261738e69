/**
 * What a sender of letters is, and what it is made of.
 */
import type { HttpClient } from '@iris/common/http/client'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Clock } from '@iris/common/time/clock'
import type { Letter } from '../letter.js'
import type { SerialPlan } from '../plan.js'
import type { ForwardParts } from './forward.js'
import type { HeaderParts } from './headers.js'
import type { Names } from './hosts.js'

export interface Sender {
  send(letter: Letter): void
  update(plan: SerialPlan): void
  /** Ends all connections at once. */
  stop(): void
}

/** One way of sending; a change of the plan may call for another. */
export interface SendingWay extends Sender {
  /** Lets attempts under way end; nothing is sent any more. */
  retire(): void
}

export interface SenderParts extends HeaderParts, ForwardParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Calls subscribers, behind the address guard. */
  readonly client: HttpClient
  /** Calls the frontends of this installation. */
  readonly frontendClient: HttpClient
  readonly names: Names
}
