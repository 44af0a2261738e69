/**
 * How far a consumer group is in a topic.
 * Takes their names in Kafka. Gives, for each partition, what is committed and what Kafka still holds.
 */
import type { KafkaProgress, KafkaSearch } from './kafka-ports.js'

export interface PartitionProgress {
  readonly partition: number
  /** Null where nothing is committed: reading begins at `first`. */
  readonly committed: number | null
  /** What Kafka still holds: from `first` to before `end`. */
  readonly first: number
  readonly end: number
}

export interface GroupProgressParts {
  readonly search: Pick<KafkaSearch, 'partitions' | 'ranges'>
  readonly progress: KafkaProgress
}

/** In the order of the partitions; null when there is no such topic. */
export async function readGroupProgress(
  { search, progress }: GroupProgressParts,
  groupId: string,
  kafkaTopic: string,
): Promise<readonly PartitionProgress[] | null> {
  const partitions = await search.partitions(kafkaTopic)
  if (partitions === null || partitions.length === 0) return null
  const [committed, ranges] = await Promise.all([
    progress.committed(groupId, kafkaTopic, partitions),
    search.ranges(kafkaTopic, partitions, { fromMs: null, toMs: null }),
  ])
  return partitions.map((partition, index) => {
    const { first, next: end } = ranges[index] ?? { first: 0, next: 0 }
    return { partition, committed: committed[index] ?? null, first, end }
  })
}
