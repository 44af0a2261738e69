/**
 * The spooling half of the frontend: what is accepted now and brought to Kafka later.
 * Takes settings, topics and the producers. Gives the pipeline its way into the spool, the status of a
 * message, and its life. Null parts where no directory is set: nothing is answered before Kafka has it.
 */
import type { Definitions } from '@iris/common/zookeeper/definitions'
import type { Metrics } from '@iris/common/metrics/registry'
import { withDeadline } from '@iris/common/time/scheduler'
import type { FrontendBase, FrontendConfig } from './base.js'
import { DeadlineQueue } from './publish/deadline-queue.js'
import type { PublishJournal } from './publish/journal.js'
import type { Spooling } from './publish/spooling.js'
import type { DrainPlace } from './spool/drain.js'
import type { Settled } from './spool/outcome-record.js'
import { createSpools, type Spools } from './spool/spools.js'
import { statusPath } from './status/status-path.js'
import type { TopicCache } from './topics/cache.js'

/** The spool and its way into the pipeline. */
export interface SpoolParts extends Spooling {
  readonly spools: Spools
}

export interface SpoolingSurroundings {
  readonly metrics: Metrics
  readonly definitions: Definitions
  readonly topics: TopicCache
  readonly journal: PublishJournal
  /** The id of this frontend among its fellows; empty before it has joined them. */
  readonly ownId: () => string
}

const directoryKey = 'frontend.spool.directory'
/** A disk that takes longer is as good as none: the publisher hears that nobody knows. */
const diskMs = 10_000
/** Of the time for which the producer repeats a batch: how long a message waits to be sent; see the drain. */
const holdShare = 0.75
const holdMsMax = 90_000
/** The longest that closing the spool takes. */
export const spoolCloseMs = 1_000

/** Makes the spool of this process, or null where no directory is set. */
export function createSpooling(
  base: FrontendBase,
  config: FrontendConfig,
  surroundings: SpoolingSurroundings,
): SpoolParts | null {
  if (config.spoolDirectory === '') return null
  const { metrics, topics, journal, ownId } = surroundings
  const holdMs = Math.min(holdMsMax, config.deliveryTimeoutMs * holdShare)
  const onSettled = (settled: Settled): void => {
    const topic = topics.find(settled.topicName)
    if (settled.end.kind === 'stored') topic?.counters().published(null)
    if (topic?.isTracked === true) journal.settled(settled)
  }
  const spools = createSpools(
    { ...base, metrics, onSettled, locate: name => locate(surroundings, name) },
    {
      directory: config.spoolDirectory,
      key: directoryKey,
      processCount: config.workers,
      bytesMax: config.spoolBytesMax,
      messagesMax: config.spoolMessagesMax,
      waitingBytesMax: config.spoolWaitingBytesMax,
      statusMax: config.spoolStatusMax,
      statusRetentionMs: config.spoolStatusRetentionMs,
      refusedBytesMax: config.spoolRefusedBytesMax,
      roundMs: holdMs,
    },
  )
  return {
    spools,
    holdMs,
    deadlines: new DeadlineQueue(diskMs),
    locationOf: (topicName, id) => statusPath(topicName, id, ownId()),
  }
}

/** Writes down what is known. What does not end in time is left: a restart finds it on disk. */
export async function closeSpools(base: FrontendBase, spools: Spools): Promise<void> {
  try {
    await withDeadline(base.scheduler, spoolCloseMs, 'closing the spool', spools.close())
  } catch (error) {
    base.log.warn('spool.notClosed', { error })
  }
}

/** Only ZooKeeper's own word makes a topic gone: the cache may be behind. */
async function locate(
  { topics, definitions }: SpoolingSurroundings,
  topicName: string,
): Promise<DrainPlace | null> {
  const known = topics.find(topicName) ?? (await lookUp({ topics, definitions }, topicName))
  return known === null ? null : { kafkaTopic: known.kafkaTopic, producer: known.route.producer }
}

async function lookUp(
  { topics, definitions }: Pick<SpoolingSurroundings, 'topics' | 'definitions'>,
  topicName: string,
): Promise<ReturnType<TopicCache['learn']>> {
  const node = await definitions.lookUpTopic(topicName)
  if (node === null) return null
  const topic = topics.learn(topicName, node)
  if (topic === null) throw new Error(`the definition of ${topicName} cannot be read`)
  return topic
}
