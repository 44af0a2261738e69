/**
 * The take-over check: what Iris would make of a tree and of topics that Hermes wrote.
 * Takes the command line. Gives the report on standard output. Ends with 0: fine, 1: something needs
 * attention, 2: it could not read.
 * Promises: writes nothing, neither to ZooKeeper nor to Kafka.
 */
import { parseNetworks } from '@iris/common/http/address-guard'
import { createKafkaAdmin } from '@iris/common/kafka/admin'
import { createCluster } from '@iris/common/kafka/cluster'
import { createOffsets } from '@iris/common/kafka/offsets'
import { silentLog } from '@iris/common/lifecycle/log'
import { systemClock } from '@iris/common/time/clock'
import { systemScheduler } from '@iris/common/time/scheduler'
import { createZooSession } from '@iris/common/zookeeper/session'
import { judgeKafka } from './judge-kafka.js'
import { judgeTree, type Judgement } from './judge.js'
import type { Finding } from './finding.js'
import { readCheckOptions, usage, type CheckOptions } from './options.js'
import { readKafka } from './read-kafka.js'
import { readTree } from './read-tree.js'
import { exitCodeOf, reportJson, reportText } from './report.js'

const base = { log: silentLog, clock: systemClock, scheduler: systemScheduler }
const limits = { sessionTimeoutMs: 10_000, connectTimeoutMs: 10_000, requestTimeoutMs: 30_000 }

process.exitCode = await check(readCheckOptions(process.argv.slice(2)))

async function check(options: CheckOptions | { readonly problem: string }): Promise<0 | 1 | 2> {
  if ('problem' in options) {
    process.stderr.write(`${options.problem}. Usage: ${usage}\n`)
    return 2
  }
  try {
    const judgement = await judgedTree(options)
    const ofKafka = options.kafka === null ? [] : await judgedKafka(options.kafka, options, judgement)
    const { root, kafka } = options
    const findings = [...judgement.findings, ...ofKafka]
    const report = { root, kafka, understood: judgement.understood, findings }
    process.stdout.write(options.isJson ? reportJson(report) : reportText(report))
    return exitCodeOf(report)
  } catch (error) {
    process.stderr.write(`The check could not read: ${(error as Error).message}\n`)
    return 2
  }
}

async function judgedTree({ zookeeper, root, allowedNetworks }: CheckOptions): Promise<Judgement> {
  const allowed = parseNetworks(allowedNetworks)
  const session = createZooSession(base, { servers: zookeeper, ...limits })
  try {
    await session.start()
    const tree = await readTree(session, root)
    if (tree === null) throw new Error(`${zookeeper} has no node ${root}`)
    if (!tree.children.has('groups')) throw new Error(`${root} holds no groups: it is no tree of Hermes`)
    return judgeTree(tree, allowed)
  } finally {
    await session.stop()
  }
}

async function judgedKafka(
  brokers: string,
  namespace: CheckOptions,
  judgement: Judgement,
): Promise<readonly Finding[]> {
  const cluster = createCluster(base, {
    ...{ brokers: brokers.split(','), clientId: 'iris-take-over-check', metadataMaxAgeMs: 300_000 },
    ...{ connectTimeoutMs: limits.connectTimeoutMs, requestTimeoutMs: limits.requestTimeoutMs },
  })
  const parts = { ...base, cluster }
  const { requestTimeoutMs } = limits
  try {
    await cluster.start()
    const offsets = createOffsets(parts, { requestTimeoutMs, connectionsPerBroker: 1 })
    const admin = createKafkaAdmin(parts, { requestTimeoutMs })
    const facts = await readKafka({ admin, offsets }, judgement.subscriptions, namespace)
    return judgeKafka(judgement, facts, namespace)
  } finally {
    await cluster.stop()
  }
}
