/**
 * What the use cases need from Kafka: the kept part of a topic, and the place of its readers.
 * Promises: a call that Kafka did not do is a `HermesError` with a code of Hermes' brokers, told in a
 * sentence.
 */

/** What a Kafka topic is made with. */
export interface KafkaTopicPlan {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly configs: Readonly<Record<string, string>>
}

/** Kafka topics. */
export interface KafkaTopics {
  /** Null when there is no such topic. */
  describe(name: string): Promise<{ readonly configs: Readonly<Record<string, string>> } | null>
  names(): Promise<readonly string[]>
  /** Whether it holds no record; also of a topic that is not there. */
  isEmpty(name: string): Promise<boolean>
  /** Makes the topic, or finds it made, and waits until every partition has a leader. */
  create(plan: KafkaTopicPlan): Promise<'created' | 'existed'>
  /** Changes only these settings; nothing is sent when nothing changes. */
  configure(name: string, configs: Readonly<Record<string, string>>): Promise<void>
  /** Nothing happens when there is no such topic. */
  remove(name: string): Promise<void>
}

/** A place in every partition of a topic: its end, its first kept record, or the first of a time on. */
export type LogPlace =
  | { readonly kind: 'end' | 'earliest' }
  | {
      readonly kind: 'time'
      /** Milliseconds since the epoch; where nothing is younger, the place is the end. */
      readonly timeMs: number
    }

/** Consumer groups. */
export interface KafkaGroups {
  /** Commits this place in every partition. At the end, what is published from now on is delivered. */
  startAt(groupId: string, kafkaTopic: string, place: LogPlace): Promise<void>
  remove(groupId: string): Promise<void>
  /** Kafka's word for the group's state, and its members. */
  describe(groupId: string): Promise<KafkaGroup>
}

export interface KafkaGroup {
  readonly state: string
  readonly members: readonly { readonly memberId: string; readonly clientId: string; readonly host: string }[]
}

/** One record as it lies in Kafka. */
export interface KafkaRecord {
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  header(name: string): Buffer | null
}

/** Bounded reading for answers to people. */
export interface KafkaRecords {
  /** The first and the next offset of a partition; null when there is no such topic or partition. */
  range(topic: string, partition: number): Promise<{ readonly first: number; readonly next: number } | null>
  /**
   * Up to `entriesMax` records from an offset on, in order, and up to `bytesMax` bytes of them but at least
   * one.
   */
  read(
    topic: string,
    partition: number,
    from: number,
    bounds: { readonly entriesMax: number; readonly bytesMax: number },
  ): Promise<readonly KafkaRecord[]>
}

/** A stretch of a partition: `next` is not part of it. */
export interface OffsetRange {
  readonly first: number
  readonly next: number
}

/** Looking for records in a whole topic. */
export interface KafkaSearch {
  /** The partitions in order of their number; null when there is no such topic. */
  partitions(topic: string): Promise<readonly number[] | null>
  /** Where records of a time lie, milliseconds since the epoch; null for no bound. In the order asked for. */
  ranges(
    topic: string,
    partitions: readonly number[],
    time: { readonly fromMs: number | null; readonly toMs: number | null },
  ): Promise<readonly OffsetRange[]>
  /** Every record of the stretch that `wants` takes, in order. */
  find(
    topic: string,
    partition: number,
    range: OffsetRange,
    wants: (record: KafkaRecord) => boolean,
  ): Promise<readonly KafkaRecord[]>
}

/** How far consumer groups are. */
export interface KafkaProgress {
  /** The committed offset of each partition, in the order asked for; null where none is. */
  committed(
    groupId: string,
    topic: string,
    partitions: readonly number[],
  ): Promise<readonly (number | null)[]>
}

/** Moving a consumer group. */
export interface KafkaMoves {
  /** Where this place is, in every partition of the topic. */
  offsetsAt(topic: string, place: LogPlace): Promise<readonly PartitionPlace[]>
  /** Commits these with their notes, all at once. */
  commit(
    groupId: string,
    topic: string,
    rows: readonly (PartitionPlace & { readonly metadata: string })[],
  ): Promise<void>
}

export interface PartitionPlace {
  readonly partition: number
  readonly offset: number
}
