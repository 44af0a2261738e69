// pure
/**
 * Causes around the delivery: ZooKeeper, Kafka, the definition, who owns the partitions.
 * Takes facts and their sums. Gives findings, each told from the facts alone.
 */
import { isUnanswered, type ConsumersFacts, type Facts, type KafkaFacts } from './facts.js'
import type { Cause, Finding } from './finding.js'
import { sum, type Tally } from './tally.js'
import { countText, partitionsText } from './words.js'

const zookeeperSilent: Cause = ({ definition, consumers }) => {
  const silent = isUnanswered(definition) ? definition : isUnanswered(consumers) ? consumers : null
  if (silent === null) return null
  return {
    cause: 'ZOOKEEPER_SILENT',
    severity: 'critical',
    text:
      'ZooKeeper does not answer management, so the definition and the owners are not known: ' +
      silent.problem,
    figures: { problem: silent.problem },
    next:
      'Unordered subscriptions are delivered on with the last known definitions, ordered ones stop until ' +
      'ZooKeeper is back. Look at ZooKeeper and at the network between.',
  }
}

const kafkaSilent: Cause = ({ kafka }) => {
  if (!isUnanswered(kafka)) return null
  return {
    cause: 'KAFKA_SILENT',
    severity: 'critical',
    text: `Kafka does not answer management, so it is not known what waits: ${kafka.problem}`,
    figures: { problem: kafka.problem },
    next: 'Publishing and delivery wait and go on by themselves when Kafka is back. Look at the brokers.',
  }
}

const topicMissing: Cause = ({ kafka, topic }) => {
  if (isUnanswered(kafka) || kafka.partitions.length > 0) return null
  return {
    cause: 'KAFKA_TOPIC_MISSING',
    severity: 'critical',
    text: `Kafka has no topic ${kafka.kafkaTopic}, so there is nothing to publish to and nothing to deliver.`,
    figures: { kafkaTopic: kafka.kafkaTopic },
    next:
      'The consumers look for it each second and begin when it is there. Somebody removed it from Kafka: ' +
      `make it there again, or delete and create the topic ${topic}.`,
  }
}

const suspended: Cause = ({ definition, topic, name }, { lag }) => {
  if (isUnanswered(definition) || definition.subscription.state !== 'SUSPENDED') return null
  const { suspendedReason } = definition.subscription
  const why = suspendedReason === null ? '' : `, because: ${suspendedReason}`
  const waits = lag === null || lag === 0 ? '' : `; ${countText(lag, 'message')} wait in Kafka`
  return {
    cause: 'SUSPENDED',
    severity: 'critical',
    text: `The subscription is suspended: nobody delivers it${waits}${why}.`,
    figures: { lag },
    next:
      `PUT /topics/${topic}/subscriptions/${name}/state with "ACTIVE" lets it go on where it stopped, with ` +
      "all that Kafka's retention has left.",
  }
}

const unsupported: Cause = ({ definition }) => {
  if (isUnanswered(definition) || definition.unsupported.length === 0) return null
  return {
    cause: 'NOT_SUPPORTED',
    severity: 'critical',
    text: `No consumers process can run it: ${definition.unsupported.join('; ')}.`,
    figures: {},
    next: 'Change the definition of the subscription or its topic; messages stay in Kafka meanwhile.',
  }
}

const noConsumers: Cause = ({ consumers }) => {
  if (isUnanswered(consumers) || consumers.live.length > 0) return null
  return {
    cause: 'NO_CONSUMERS',
    severity: 'critical',
    text: 'No consumers process is alive, so nothing is delivered for any subscription.',
    figures: { liveConsumers: 0 },
    next: 'Start consumers-service. It takes the subscription by itself; messages stay in Kafka meanwhile.',
  }
}

const withoutOwner: Cause = (facts, tally) => {
  const known = runnable(facts)
  if (known === null || known.consumers.live.length === 0) return null
  const { kafka, consumers } = known
  const owned = new Set(consumers.locks.map(({ partition }) => partition))
  const free = kafka.partitions.map(({ partition }) => partition).filter(each => !owned.has(each))
  if (free.length === 0) return null
  const isAll = free.length === kafka.partitions.length
  const whose = isAll ? 'No partition has an owner' : `No process owns ${partitionsText(free)}`
  return {
    cause: 'WITHOUT_OWNER',
    severity: isAll ? 'critical' : 'warning',
    text: `${whose}, of ${countText(tally.partitionCount, 'partition')}, so their messages wait.`,
    figures: { withoutOwner: free.length, partitions: tally.partitionCount },
    next:
      'The leader of the consumers hands them out within seconds of a change or a death. If this stays, ' +
      'its log says why (`leader.*`, `claim.failed`).',
  }
}

const ownerGone: Cause = ({ consumers }) => {
  if (isUnanswered(consumers)) return null
  const live = new Set(consumers.live.map(({ instance }) => instance))
  const gone = consumers.locks.filter(({ instance }) => !live.has(instance))
  if (gone.length === 0) return null
  const partitions = gone.map(({ partition }) => partition)
  return {
    cause: 'OWNER_GONE',
    severity: 'warning',
    text: `${namesOf(gone)} holds ${partitionsText(partitions)} and is no longer among the live processes.`,
    figures: { partitions: partitions.length },
    next: 'When its ZooKeeper session ends (`zookeeper.sessionTimeout`), another process takes over.',
  }
}

const ownerSilent: Cause = ({ consumers }) => {
  if (isUnanswered(consumers)) return null
  const silent = consumers.said.flatMap(({ instance, answer }) =>
    isUnanswered(answer) ? [{ instance, problem: answer.problem }] : [],
  )
  const first = silent[0]
  if (first === undefined) return null
  const owned = consumers.locks.filter(lock => silent.some(({ instance }) => instance === lock.instance))
  if (owned.length === 0) return null
  const partitions = owned.map(({ partition }) => partition)
  const url = consumers.live.find(({ instance }) => instance === first.instance)?.url ?? ''
  return {
    cause: 'OWNER_SILENT',
    severity: 'warning',
    text:
      `${namesOf(owned)} owns ${partitionsText(partitions)} and does not tell how it is doing (${url}: ` +
      `${first.problem}).`,
    figures: { partitions: partitions.length, silent: silent.length },
    next:
      'It is stopped, overloaded or cut off from management. Once ZooKeeper hears nothing of it either, ' +
      'others take over; look at that process.',
  }
}

const foreignMember: Cause = ({ kafka }) => {
  const member = isUnanswered(kafka) ? undefined : kafka.members[0]
  if (isUnanswered(kafka) || member === undefined) return null
  return {
    cause: 'FOREIGN_MEMBER',
    severity: 'critical',
    text:
      `Somebody else reads with the consumer group ${kafka.groupId}: client ${member.clientId} at ` +
      `${member.host}. Iris does not read beside others.`,
    figures: { members: kafka.members.length, clientId: member.clientId, host: member.host },
    next:
      "Stop that consumer (in a take-over: Hermes' consumers). Iris looks each 5 s and then begins by " +
      'itself.',
  }
}

const notStarted: Cause = (facts, { rows }) => {
  const known = runnable(facts)
  const why = rows.find(row => row.notRunning !== null)?.notRunning
  if (known === null || why === undefined || why === null || known.kafka.members.length > 0) return null
  return {
    cause: 'NOT_STARTED',
    severity: 'critical',
    text: `A consumers process has it and cannot begin: ${why}.`,
    figures: {},
    next: 'It tries again each second.',
  }
}

const changingHands: Cause = (facts, { running }) => {
  if (runnable(facts) === null) return null
  const moving = running.flatMap(row => row.partitions).filter(({ state }) => state !== 'running')
  const first = moving[0]
  if (first === undefined) return null
  return {
    cause: 'CHANGING_HANDS',
    severity: 'info',
    text: `${partitionsText(moving.map(({ partition }) => partition))}: ${first.state}.`,
    figures: { partitions: moving.length },
    next: 'A partition changes hands within seconds: what is under way ends first.',
  }
}

const offsetsMissing: Cause = ({ kafka }) => {
  if (isUnanswered(kafka)) return null
  const missing = kafka.partitions.filter(each => each.committed === null && each.end > each.first)
  if (missing.length === 0) return null
  return {
    cause: 'OFFSETS_MISSING',
    severity: 'warning',
    text:
      `Nothing is committed for ${partitionsText(missing.map(({ partition }) => partition))}: delivery ` +
      'begins at the earliest message that Kafka holds.',
    figures: { partitions: missing.length },
    next: 'So a message may come again, none is left out. A new subscription has this for a moment only.',
  }
}

const expired: Cause = ({ kafka }) => {
  if (isUnanswered(kafka)) return null
  const lost = sum(kafka.partitions.map(each => Math.max(0, each.first - (each.committed ?? each.first))))
  if (lost === 0) return null
  return {
    cause: 'REMOVED_BY_RETENTION',
    severity: 'critical',
    text: `Kafka's retention has removed up to ${countText(lost, 'message')} before they were delivered.`,
    figures: { removed: lost },
    next:
      "They are lost to this subscription. Lengthen the topic's retentionTime, and see what kept it from " +
      'delivering.',
  }
}

/** Facts of a subscription that ought to run, where all sources answered and Kafka has its topic. */
function runnable({ definition, kafka, consumers }: Facts): {
  readonly kafka: KafkaFacts
  readonly consumers: ConsumersFacts
} | null {
  if (isUnanswered(definition) || isUnanswered(kafka) || isUnanswered(consumers)) return null
  const isOff = definition.subscription.state === 'SUSPENDED' || definition.unsupported.length > 0
  return isOff || kafka.partitions.length === 0 ? null : { kafka, consumers }
}

function namesOf(locks: readonly { readonly instance: string }[]): string {
  return [...new Set(locks.map(({ instance }) => instance))].join(', ')
}

/** In the order in which they explain each other away. */
export const causesAround: readonly ((facts: Facts, tally: Tally) => Finding | null)[] = [
  zookeeperSilent,
  kafkaSilent,
  topicMissing,
  unsupported,
  suspended,
  foreignMember,
  noConsumers,
  withoutOwner,
  notStarted,
  ownerGone,
  ownerSilent,
  expired,
  offsetsMissing,
  changingHands,
]
