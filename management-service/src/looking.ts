/**
 * The part of management that looks at messages and at what flowed, for people: the console and the command.
 * Takes the store and the clients. Gives routes, and starts and stops what runs behind them.
 */
import type { ApiRoute } from '@iris/common/http/api'
import { createCaller } from '@iris/common/http/calls'
import { createFindOffsets } from '@iris/common/kafka/log-ends'
import { kafkaNamespaceOf } from '@iris/common/kafka/names'
import { createLogReader, logReaderDefaults } from '@iris/common/kafka/reader'
import { inTurns } from '@iris/common/time/turns'
import type { ManagementBase, ManagementConfig } from './base.js'
import { createGate } from './gate.js'
import { createHistoryMemory } from './history/memory.js'
import { movementsOf } from './history/movements.js'
import { historyRoutes, type HistoryParts } from './http/routes/history.js'
import { inboxRoutes } from './http/routes/inbox.js'
import { messageRoutes } from './http/routes/messages.js'
import { maskedNames } from './messages/mask.js'
import type { MessageParts } from './messages/read-messages.js'
import type { TryParts } from './messages/try-filters.js'
import type { Masks } from './messages/shown-message.js'
import { createTails, type Tails } from './messages/tail/tails.js'
import type { OwnRates } from './metrics/own-rates.js'
import type { Outside } from './outside.js'
import { createKafkaSearch } from './store/kafka.js'
import { createMessageScan } from './store/message-scan.js'
import type { Store } from './store/ports.js'

export interface Looking {
  readonly routes: readonly ApiRoute[]
  start(): void
  /** Ends what would last for as long as its caller wants, and begins nothing of that kind any more. */
  endStreams(): void
  stop(): Promise<void>
}

export interface LookingParts {
  readonly outside: Outside
  readonly store: Store
  readonly told: Pick<OwnRates, 'onRound'>
}

/** Each may read some megabytes from Kafka. */
const readsMax = 8
/** Fetched messages that several viewers of a tail may still want. */
const tailCacheBytesMax = 16 * 1024 * 1024
const findEndMs = 5_000

/** Makes it. */
export function createLooking(base: ManagementBase, config: ManagementConfig, parts: LookingParts): Looking {
  const messages = messageParts(base, config, parts)
  const inboxCaller = createCaller(base.scheduler, { idleMs: 1_000, connectionsMax: 4 })
  const tails = createTailsOf(base, config, { ...parts, messages })
  return {
    routes: [
      ...messageRoutes(messages, tails),
      ...inboxRoutes({ caller: inboxCaller, url: config.inboxUrl, masks: messages.masks }),
      ...historyRoutes(historyParts(base, config, parts)),
    ],
    start: () => tails.start(),
    endStreams: () => tails.endAll(),
    async stop() {
      await Promise.all([tails.stop(), inboxCaller.stop()])
    },
  }
}

function messageParts(
  { clock, scheduler }: ManagementBase,
  config: ManagementConfig,
  { store, outside }: LookingParts,
): TryParts {
  const { kafka, schemas: registry } = outside
  return {
    ...{ store, clock, scheduler, registry, masks: masksOf(config), namespace: kafkaNamespaceOf(config) },
    areIdsUsed: config.areSchemaIdsUsed,
    search: createKafkaSearch(kafka),
    scan: createMessageScan(kafka),
    gate: createGate(readsMax, 'readings of messages'),
  }
}

/** Remembers from now on. */
function historyParts(
  time: Pick<ManagementBase, 'clock' | 'scheduler'>,
  config: ManagementConfig,
  { store, told }: LookingParts,
): HistoryParts {
  const { ratePeriodMs: stepMs, historyMinutes: minutesMax, historySubjectsMax: subjectsMax } = config
  const steps = Math.ceil((minutesMax * 60_000) / stepMs)
  const { clock } = time
  const memory = createHistoryMemory({ stepMs, steps, subjectsMax })
  told.onRound(async round => {
    // Where nobody answered twice nobody knows what moved.
    if (round.pairs.length === 0) return
    const nowMs = clock.now()
    const movements = await inTurns(time, movementsOf(round))
    await inTurns(time, memory.record(nowMs, movements))
  })
  return { memory, stepMs, minutesMax, clock, store }
}

function createTailsOf(
  base: ManagementBase,
  { tailsMax, tailsPerCallerMax }: ManagementConfig,
  { outside, store, messages }: LookingParts & { readonly messages: MessageParts },
): Tails {
  const { masks, registry, areIdsUsed, namespace } = messages
  const { cluster } = outside.kafka
  const calls = { ...base, cluster }
  return createTails({
    ...{ ...calls, store, masks, registry, areIdsUsed, namespace, tailsMax, tailsPerCallerMax },
    reader: createLogReader(calls, { ...logReaderDefaults, cacheBytesMax: tailCacheBytesMax }),
    findOffsets: createFindOffsets(calls, findEndMs),
  })
}

function masksOf({ maskedMembers: members, maskedHeaders: headers }: ManagementConfig): Masks {
  return { member: maskedNames(members), header: maskedNames(headers), isUsed: members.length > 0 }
}
