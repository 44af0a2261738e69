// pure
/**
 * What is wrong with the Kafka topics of an installation.
 * Takes what Kafka says of them. Gives a row a problem, those that stop publishing first.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { ClusterMetadata, TopicMetadata } from '@iris/common/kafka/describe-cluster'

/** What can be wrong, the gravest first. */
export const topicProblems = [
  'MISSING',
  'NO_LEADER',
  'TOO_FEW_IN_SYNC',
  'UNDER_REPLICATED',
  'NO_SPARE_REPLICA',
  'ONE_REPLICA',
  'UNCLEAN_ELECTION',
] as const

export const topicProblemShape = z.object({
  topic: z.string().describe('Its name in Kafka'),
  problem: z.enum(topicProblems),
  text: z.string(),
})
export type TopicProblem = ValueOf<typeof topicProblemShape>

export interface KafkaTopicsTold {
  /** Names in Kafka of the topics that have to be there. */
  readonly wanted: readonly string[]
  readonly metadata: Pick<ClusterMetadata, 'brokers' | 'topics'>
  /** `min.insync.replicas` and `unclean.leader.election.enable` as they hold. */
  readonly inSyncMin: ReadonlyMap<string, string>
  readonly unclean: ReadonlyMap<string, string>
}

/** The problems. */
export function topicProblemsOf({
  wanted,
  metadata,
  inSyncMin,
  unclean,
}: KafkaTopicsTold): readonly TopicProblem[] {
  const byName = new Map(metadata.topics.map(each => [each.topic, each]))
  const brokers = metadata.brokers.length
  const found = wanted.flatMap(topic => {
    const told = byName.get(topic)
    if (told === undefined || told.partitions.length === 0)
      return [{ topic, problem: 'MISSING' as const, text: 'Kafka has no such topic' }]
    const settings = { min: Number(inSyncMin.get(topic) ?? 1), isUnclean: unclean.get(topic) === 'true' }
    return problemsOf(told, brokers, settings).map(each => ({ topic, ...each }))
  })
  const rank = ({ problem }: TopicProblem): number => topicProblems.indexOf(problem)
  return found.sort((one, other) => rank(one) - rank(other))
}

type Problem = Omit<TopicProblem, 'topic'>

function problemsOf(
  { partitions }: TopicMetadata,
  brokers: number,
  { min, isUnclean }: { readonly min: number; readonly isUnclean: boolean },
): readonly Problem[] {
  const counts = (wants: (partition: TopicMetadata['partitions'][number]) => boolean): number =>
    partitions.filter(wants).length
  const of = `of ${partitions.length} partitions`
  const leaderless = counts(({ leader }) => leader < 0)
  const below = counts(({ leader, inSyncCount }) => leader >= 0 && inSyncCount < min)
  const behind = counts(({ replicaCount, inSyncCount }) => inSyncCount < replicaCount) - below - leaderless
  const replicas = Math.min(...partitions.map(({ replicaCount }) => replicaCount))
  const row = (isSo: boolean, problem: TopicProblem['problem'], text: string): readonly Problem[] =>
    isSo ? [{ problem, text }] : []
  return [
    ...row(leaderless > 0, 'NO_LEADER', `${leaderless} ${of} have no leader`),
    ...row(below > 0, 'TOO_FEW_IN_SYNC', `${below} ${of} have fewer than ${min} replicas in sync`),
    ...row(behind > 0, 'UNDER_REPLICATED', `replicas of ${behind} ${of} are not in sync`),
    ...row(
      replicas > 1 && min >= replicas,
      'NO_SPARE_REPLICA',
      `min.insync.replicas is ${min} of ${replicas} replicas: publishing stops with any broker`,
    ),
    ...row(replicas === 1 && brokers > 1, 'ONE_REPLICA', 'it has one replica: a lost disk loses messages'),
    ...row(isUnclean, 'UNCLEAN_ELECTION', 'unclean.leader.election.enable may lose acknowledged messages'),
  ]
}
