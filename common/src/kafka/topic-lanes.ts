/**
 * The lanes of one topic.
 * Takes partition numbers. Gives their lanes, made when first asked for, all under the topic's limit.
 * Bound: partitions that messages were sent to.
 */
import { Lane, type LaneOptions, type Ledger } from './lane.js'

/** Batches stay this far under Kafka's limit (decisions 6). */
const limitShare = 0.9

export interface TopicLanes {
  readonly topic: string
  /** A question about the topic's layout is on its way. */
  isRefreshing: boolean
  /** Kafka said it does not know the topic. */
  isUnknown: boolean
  lane(partition: number): Lane
  all(): readonly Lane[]
  /** Applies the topic's `max.message.bytes`; null leaves what is. */
  limitBatches(limit: number | null): void
}

/** Makes the record of a topic without lanes. */
export function createTopicLanes(topic: string, options: LaneOptions, ledger: Ledger): TopicLanes {
  const lanes = new Map<number, Lane>()
  let batchBytesMax = options.batchBytesMax

  return {
    topic,
    isRefreshing: false,
    isUnknown: false,
    lane(partition) {
      let lane = lanes.get(partition)
      if (lane === undefined) {
        lane = new Lane(topic, partition, options, ledger)
        lane.batchBytesMax = batchBytesMax
        lanes.set(partition, lane)
      }
      return lane
    },
    all: () => [...lanes.values()],
    limitBatches(limit) {
      if (limit === null) return
      batchBytesMax = Math.min(options.batchBytesMax, Math.floor(limit * limitShare))
      for (const lane of lanes.values()) lane.batchBytesMax = batchBytesMax
    },
  }
}
