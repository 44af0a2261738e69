/**
 * A wrong system on purpose: kafkajs' idempotent producer, shared by many callers and without lanes.
 * Takes a broker behind a proxy that loses answers. Gives the history of what it acknowledged and what Kafka
 * holds. The oracle must call it bad: when an answer is lost, a later message is acknowledged with the old
 * one's offset.
 */
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs'
import { createTopicsWithLeaders } from '../../support/made-topics.js'
import { fingerprint } from '../fingerprint.js'
import { openHistory } from '../history.js'
import { monotonicMs } from '../monotonic.js'
import { bodyOf, keyName } from '../payload.js'
import type { RunPlan } from '../plan.js'
import type { Proxy } from '../proxy.js'
import { seededRandom } from '../random.js'
import { kinds, record, type HistoryRecord } from '../records.js'
import { readLog } from '../witness.js'

/** Half of the answers within which an acknowledged message must be missing. */
export const answersLostMax = 10
const callers = 32
const loseOneIn = 25
const topic = 'chaos.control'
const partitions = 4
const quiet = { logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } }

export interface ControlOptions {
  /** Kafka as the producer sees it: through the proxy. */
  readonly proxied: string
  readonly proxy: Proxy
  readonly bootstrap: string
  readonly file: string
  readonly seed: number
}

/** The plan of the control: one topic and no subscribers, so that only the log speaks. */
export function controlPlan(seed: number): RunPlan {
  return {
    seed,
    topics: [{ name: topic, partitions, ack: 'ALL' }],
    subscriptions: [],
    slotsMax: 1,
    graceMs: 0,
    commitLagMs: 0,
    stuckMs: 0,
    processes: [],
    faultKinds: [],
    hasLog: true,
    hasCounters: false,
  }
}

/** Publishes until {@link answersLostMax} answers were lost and writes the history to `options.file`. */
export async function runControl(options: ControlOptions): Promise<RunPlan> {
  const plan = controlPlan(options.seed)
  const history = openHistory(options.file)
  const kafka = new Kafka({ clientId: 'chaos-control', brokers: [options.proxied], ...quiet })
  const admin = kafka.admin()
  await admin.connect()
  await createTopicsWithLeaders(admin, [{ topic, numPartitions: partitions }])
  await admin.disconnect()

  const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  const lostBefore = options.proxy.counts().answersLost
  const isOver = (): boolean => options.proxy.counts().answersLost - lostBefore >= answersLostMax
  options.proxy.setFault({ kind: 'loseAnswers', oneIn: loseOneIn })
  await publishUntil(isOver, { producer, seed: options.seed, append: each => history.append(each) })
  options.proxy.setFault({ kind: 'none' })
  await producer.disconnect()

  await readLog({ plan, bootstrap: options.bootstrap, history })
  history.append(record({ kind: kinds.end, time: monotonicMs() }))
  history.close()
  return plan
}

interface Callers {
  readonly producer: Producer
  readonly seed: number
  readonly append: (each: HistoryRecord) => void
}

async function publishUntil(isOver: () => boolean, { producer, seed, append }: Callers): Promise<void> {
  const random = seededRandom(seed, 3)
  let ids = 0
  // A key for each caller: it waits for its answer, so its messages must lie in order.
  const call = async (_: unknown, key: number): Promise<void> => {
    while (!isOver()) {
      const id = ++ids
      const body = bodyOf(id, key, id, random)
      const hash = fingerprint(body)
      append(record({ kind: kinds.invoke, id, key, sequence: id, hash, time: monotonicMs() }))
      const kind = await producer
        .send({ topic, messages: [{ key: keyName(key), value: body }] })
        .then(() => kinds.ok)
        .catch(() => kinds.unknown)
      append(record({ kind, id, time: monotonicMs() }))
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
}
