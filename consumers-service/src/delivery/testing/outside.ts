/**
 * What a pipeline meets in a test: virtual time, an undertaker that remembers, figures, traces.
 * Takes the plan. Gives the parts that every kind of pipeline needs, and what came of them.
 */
import { silentLog } from '@iris/common/lifecycle/log'
import { createMetrics } from '@iris/common/metrics/registry'
import { createVirtualTime, type VirtualTime } from '@iris/common/time/virtual-time'
import type { SentEvent } from '@iris/common/trace/event'
import type { TraceWriter } from '@iris/common/trace/writer'
import type { DeadMessage } from '../dead-letter.js'
import { createDeliveryFigures, type DeliveryFigures } from '../figures.js'
import { createFilterShare } from '../filter-share.js'
import { createJournal } from '../journal.js'
import { createPaceMaker, type PaceOptions } from '../pace/pace-maker.js'
import { createLending, type Pages } from '../../rate/lending.js'
import type { PipelineParts } from '../pipeline-parts.js'
import type { DeliveryPlan } from '../plan.js'
import type { Authorization } from '../send/authorization.js'

export interface ScriptedOutside {
  parts: PipelineParts
  time: VirtualTime
  figures: DeliveryFigures
  dead: DeadMessage[]
  /** Reasons of what was given up. */
  undelivered: string[]
  /** What was written for those who ask where a message is. */
  traced: SentEvent[]
  requests: { max: number; eachMin: number; open: number }
  held: { reason: string | null }
  /** Why the subscription was to be suspended, each time. */
  suspensions: string[]
}

/** As the service has them by default. */
export const paceOptions: PaceOptions = {
  controller: 'adaptive',
  adaptive: { probeMaxMs: 30_000, pauseAfterMs: 300_000, holdMaxMs: 60_000 },
  hermes: {
    periodMs: 30_000,
    convergenceFactor: 0.2,
    speedUpTolerance: 0.01,
    noChangeTolerance: 0.05,
    slowDelayMs: 1_000,
    heartbeatDelayMs: 60_000,
  },
}

/** Nothing to wait for, and nothing to send. */
const noAuthorization: Authorization = {
  version: 0,
  header: () => null,
  heldBack: () => null,
  wanted: () => undefined,
  isRenewing: () => false,
  attemptEnded: () => undefined,
  update: () => undefined,
  stop: () => undefined,
}

/** Nobody else shares a rate. */
const nobodysPages: Pages = {
  read: () => Promise.resolve(new Map()),
  create: () => Promise.resolve(),
  write: () => Promise.resolve(),
  watch: () => () => undefined,
}

/** Makes the outside of a subscription. */
export function createScriptedOutside(
  plan: DeliveryPlan,
  authorization: Partial<Authorization> = {},
  time = createVirtualTime(),
): ScriptedOutside {
  const figures = createDeliveryFigures(createMetrics('test_'), time, plan)
  const requests = { max: 1000, eachMin: 2, open: 0 }
  const held: ScriptedOutside['held'] = { reason: null }
  const dead: DeadMessage[] = []
  const undelivered: string[] = []
  const suspensions: string[] = []
  const traced: SentEvent[] = []
  const lending = createLending({
    ...{ clock: time, scheduler: time, log: silentLog, pages: nobodysPages, me: () => 'here' },
    isSurelyAlive: () => true,
    session: () => '',
    onNewSession: () => () => undefined,
  })
  const parts: PipelineParts = {
    clock: time,
    scheduler: time,
    log: silentLog,
    deadLetters: { bury: message => void dead.push(message) },
    figures,
    registry: null,
    tracer: null,
    areSchemaIdsUsed: false,
    journal: createJournal(
      {
        clock: time,
        log: silentLog,
        figures,
        undelivered: { note: ({ reason }) => void undelivered.push(reason), stop: () => undefined },
        traces: { write: event => void traced.push(event as SentEvent) } as TraceWriter,
        place: { cluster: 'primary-dc', hostname: 'here' },
      },
      plan,
    ),
    requestBudget: requests,
    filterShare: createFilterShare(time),
    authorization: { ...noAuthorization, ...authorization },
    isFilterRateLimited: false,
    pace: createPaceMaker({ clock: time }, paceOptions)(plan, silentLog),
    rateShare: lending.share,
    heldBack: () => held.reason,
    suspend: reason => void suspensions.push(reason),
  }
  return { parts, time, figures, dead, undelivered, traced, requests, held, suspensions }
}
