/**
 * A look at all that an installation stands on: ZooKeeper, Kafka and its topics, every process with its
 * clock, version and settings.
 * Takes the clients. Gives facts; what they mean is said by who asks, such as `iris doctor`.
 * Promises: ends within two times `askMs` and a little; who does not answer is a fact too. Bound: `problemsMax` topics.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import type { Asker } from '@iris/common/http/ask'
import type { Cluster } from '@iris/common/kafka/cluster'
import { describeCluster, topicSetting } from '@iris/common/kafka/describe-cluster'
import { kafkaTopicName, type KafkaNamespace } from '@iris/common/kafka/names'
import { readSelf, selfPath, selfShape } from '@iris/common/lifecycle/self-page'
import type { Clock } from '@iris/common/time/clock'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import type { Catalog } from '../catalog/catalog.js'
import { processRows, processShape } from '../installation/processes.js'
import { forEachOf } from '../store/bounded-reads.js'
import type { LiveProcess } from '../store/ports.js'
import { topicProblemShape, topicProblemsOf } from './kafka-findings.js'

const answered = {
  tookMs: z.number().nullable().describe('Null where there was no answer'),
  problem: z.string().nullable().describe('Why there was none'),
}
export const checkupShape = z.object({
  at: z.string().describe("The time by management's clock"),
  zookeeper: z.object(answered),
  kafka: z.object({
    ...answered,
    brokers: z.array(z.object({ id: z.int(), host: z.string(), port: z.int() })),
    topics: z.int().describe('Topics that were looked at'),
    problemCount: z.int(),
    problems: z.array(topicProblemShape),
  }),
  processes: z.array(
    processShape.extend({
      ...answered,
      clockAheadMs: z
        .number()
        .nullable()
        .describe("Of management's clock, as far as the way lets it be told"),
      self: selfShape.nullable().describe('Null of one that does not answer, or of an earlier version'),
    }),
  ),
})
export type Checkup = ValueOf<typeof checkupShape>

export interface CheckupParts {
  readonly asker: Pick<Asker, 'json'>
  readonly cluster: Pick<Cluster, 'anyConnection'>
  readonly catalog: Catalog
  readonly namespace: KafkaNamespace
  readonly clock: Clock
  readonly scheduler: Scheduler
  processes(): Promise<readonly LiveProcess[]>
  /** Asks ZooKeeper for anything. */
  touchZooKeeper(): Promise<unknown>
  answeredAgoMs(process: LiveProcess): number | null
  readonly ratePeriodMs: number
}

const askMs = 3_000
const problemsMax = 50

/** Looks. */
export async function checkUp(parts: CheckupParts): Promise<Checkup> {
  const [zookeeper, kafka, processes] = await Promise.all([
    timed(parts, 'ZooKeeper', parts.touchZooKeeper()),
    lookAtKafka(parts),
    lookAtProcesses(parts),
  ])
  const { tookMs, problem } = zookeeper
  return { at: new Date(parts.clock.now()).toISOString(), zookeeper: { tookMs, problem }, kafka, processes }
}

interface Timed<T> {
  readonly value: T | null
  readonly tookMs: number | null
  readonly problem: string | null
}

async function timed<T>(
  { clock, scheduler }: CheckupParts,
  what: string,
  work: Promise<T>,
): Promise<Timed<T>> {
  const startMs = clock.monotonic()
  try {
    const value = await withDeadline(scheduler, askMs, what, work)
    return { value, tookMs: Math.round(clock.monotonic() - startMs), problem: null }
  } catch (error) {
    return { value: null, tookMs: null, problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Definitions come out of ZooKeeper: without them Kafka is asked too, but no topics are looked at. */
async function lookAtKafka(parts: CheckupParts): Promise<Checkup['kafka']> {
  const { cluster, catalog, namespace } = parts
  const [{ value: metadata, ...described }, definitions] = await Promise.all([
    timed(parts, 'Kafka', describeCluster(cluster, askMs)),
    timed(parts, 'the list of topics', catalog.view()),
  ])
  const wanted = (definitions.value?.topics ?? []).map(({ name }) => kafkaTopicName(namespace, name))
  const nothing = { brokers: [], topics: 0, problemCount: 0, problems: [] }
  if (metadata === null) return { ...described, ...nothing }
  const brokers = metadata.brokers.map(({ id, host, port }) => ({ id, host, port }))
  const { value: problems, problem } = await timed(parts, 'Kafka', problemsOf(cluster, wanted, metadata))
  if (problems === null) return { ...nothing, brokers, tookMs: null, problem }
  const shown = problems.slice(0, problemsMax)
  return { ...described, brokers, topics: wanted.length, problemCount: problems.length, problems: shown }
}

async function problemsOf(
  cluster: CheckupParts['cluster'],
  wanted: readonly string[],
  metadata: Awaited<ReturnType<typeof describeCluster>>,
): Promise<ReturnType<typeof topicProblemsOf>> {
  const known = new Set(metadata.topics.map(({ topic }) => topic))
  const there = wanted.filter(topic => known.has(topic))
  const [inSyncMin, unclean] = await Promise.all([
    topicSetting(cluster, there, 'min.insync.replicas', askMs),
    topicSetting(cluster, there, 'unclean.leader.election.enable', askMs),
  ])
  return topicProblemsOf({ wanted, metadata, inSyncMin, unclean })
}

async function lookAtProcesses(parts: CheckupParts): Promise<Checkup['processes']> {
  const { value } = await timed(parts, 'the list of processes', parts.processes())
  const processes = value ?? []
  const looks = await forEachOf(processes, async process => ({
    key: keyOf(process),
    look: await lookAt(parts, process),
  }))
  const byKey = new Map(looks.flatMap(each => (each === null ? [] : [[each.key, each.look] as const])))
  const silent = { tookMs: null, problem: null, clockAheadMs: null, self: null }
  return processRows(processes, parts.answeredAgoMs, parts.ratePeriodMs).map(row => ({
    ...row,
    ...(byKey.get(keyOf(row)) ?? silent),
  }))
}

type Look = Pick<Checkup['processes'][number], 'tookMs' | 'problem' | 'clockAheadMs' | 'self'>

async function lookAt(parts: CheckupParts, { url, certificate }: LiveProcess): Promise<Look> {
  const sentMs = parts.clock.now()
  const { value, tookMs, problem } = await timed(
    parts,
    url,
    parts.asker.json(url + selfPath, askMs, { certificate }),
  )
  const self = readSelf(value)
  // Half of the way there, half back: as exact as the way is short.
  const middleMs = sentMs + (tookMs ?? 0) / 2
  return { tookMs, problem, self, clockAheadMs: self === null ? null : Math.round(self.nowMs - middleMs) }
}

function keyOf({ kind, id }: Pick<LiveProcess, 'kind' | 'id'>): string {
  return `${kind} ${id}`
}
