// pure
/**
 * Every path of ZooKeeper's tree: Hermes' own below the root, ours below `<root>/iris`.
 * Takes the root and names. Gives absolute paths.
 * Promises: nothing of ours lies below a path that Hermes reads; a name with a slash never leaves its place
 * (it is refused).
 */
import { splitTopicName } from '../domain/names.js'

/** Paths of one installation. Topics are qualified names `group.topic`. */
export interface ZooPaths {
  readonly groups: string
  group(group: string): string
  /** Parent of a group's topics. */
  topics(group: string): string
  topic(topic: string): string
  /** A counter that all frontends share: `published` or `volume`. */
  topicCounter(topic: string, counter: string): string
  /** The last messages published, as the frontends keep them. */
  preview(topic: string): string
  /** Parent of a topic's subscriptions. */
  subscriptions(topic: string): string
  subscription(topic: string, subscription: string): string
  undelivered(topic: string, subscription: string): string
  /** A counter that all consumers share: `delivered`, `discarded` or `volume`. */
  subscriptionCounter(topic: string, subscription: string, counter: string): string
  /** Where Hermes' retransmission leaves an offset for the partition's owner. */
  retransmissionOffset(topic: string, subscription: string, place: RetransmissionPlace): string
  /** Parent of those offsets. */
  retransmissionOffsets(
    topic: string,
    subscription: string,
    place: Omit<RetransmissionPlace, 'partition'>,
  ): string
  readonly oauthProviders: string
  oauthProvider(name: string): string
  /** Hermes' consumers: read by the take-over check, never written. */
  /** Above what Hermes' consumers write of themselves; nothing of ours. */
  readonly hermesConsumers: string
  hermesConsumerNodes(cluster: string): string
  hermesConsumerLeader(cluster: string): string
  readonly workloadConstraints: string
  workloadConstraint(name: string): string
  /** Parent of the tasks of offline retransmissions. */
  readonly offlineTasks: string
  offlineTask(id: string): string
  /** The list of topics that nobody publishes to. */
  readonly inactiveTopics: string
  /** Parent of Hermes' commands to its consumers. */
  readonly admin: string
  readonly datacenterReadiness: string
  storageHealth(name: string): string
  readonly iris: IrisPaths
}

/** Partition of a Kafka topic in a cluster. */
export interface RetransmissionPlace {
  readonly kafkaTopic: string
  readonly cluster: string
  readonly partition: number
}

/** What Hermes does not know; `cluster` is the Kafka cluster's name. */
export interface IrisPaths {
  readonly root: string
  /** Parent of what is kept of API keys, a node a key. */
  readonly apiKeys: string
  apiKey(name: string): string
  /** What consumers prove with that they forward a message. */
  readonly forwardSecret: string
  /** Live frontends, one ephemeral node each. */
  readonly frontends: string
  frontend(id: string): string
  /** The lock of the frontend that serves a shard of idempotency keys. */
  idempotencyLock(cluster: string, shard: number): string
  /** The producer numbers of the shard's present owner. */
  idempotencyNumbers(cluster: string, shard: number): string
  /** Live consumers, one ephemeral node each. */
  consumerNodes(cluster: string): string
  consumerNode(cluster: string, instance: string): string
  /** Candidates for the leader of the consumers. */
  consumerLeader(cluster: string): string
  assignments(cluster: string): string
  assignment(cluster: string, instance: string): string
  locks(cluster: string): string
  /** Parent of the locks of one subscription, a lock a partition. */
  subscriptionLocks(cluster: string, topic: string, subscription: string): string
  lock(cluster: string, topic: string, subscription: string, partition: number): string
  /** The lock of a partition of the subscription's delay topic, beside those of its topic. */
  delayLock(cluster: string, topic: string, subscription: string, partition: number): string
  /** Exists from the first need of the subscription's delay topic on. */
  delay(cluster: string, topic: string, subscription: string): string
  /** The keys of the subscription that are parked. */
  parkedKeys(cluster: string, topic: string, subscription: string): string
  /** Parent of the words that there are offsets for the owners of a subscription's partitions. */
  retransmissions(cluster: string): string
  retransmission(cluster: string, topic: string, subscription: string): string
  /** Where owners confirm that a suspended subscription sends no more. */
  suspensions(cluster: string): string
  suspension(cluster: string, topic: string, subscription: string): string
  /** Candidates for the leader of the management processes. */
  readonly managementLeader: string
  /** Live management processes, one ephemeral node each. */
  readonly managementNodes: string
  managementNode(id: string): string
  /** What the consumers say to each other about rates that they share: a node each. */
  rates(cluster: string): string
  /** Parent of the JSON Schemas of topics: a node a topic, and one below it for each version. */
  readonly jsonSchemas: string
  jsonSchema(topic: string): string
  jsonSchemaVersion(topic: string, version: number): string
  readonly tasks: TaskPaths
  /** Exists from the first need of the topic of scheduled messages on. */
  schedule(cluster: string): string
  /** The lock of a partition of that topic. */
  scheduleLock(cluster: string, partition: number): string
}

/** Redrives and replays. */
export interface TaskPaths {
  /** Parent of the list of those that somebody has to work on. */
  readonly allOpen: string
  /** The entry of that list; a subscription has one a kind. */
  open(topic: string, subscription: string, kind: string): string
  /** Parent of all tasks of a subscription. */
  ofSubscription(topic: string, subscription: string): string
  task(topic: string, subscription: string, id: string): string
  /** Its lock stands among those of the subscription's partitions, so that a pause waits for it as well. */
  lock(cluster: string, topic: string, subscription: string, kind: string): string
}

/** Makes the paths below `root`, such as `/hermes`; `/` stands for no root. */
export function zooPaths(root: string): ZooPaths {
  const base = root === '/' ? '' : root
  if (base !== '' && !/^(\/[^/\s]+)+$/.test(base))
    throw new Error(`"${root}" is no path for ZooKeeper's root`)

  const group = (name: string): string => join(base, 'groups', name)
  const topic = (name: string): string => {
    const parts = splitTopicName(name)
    if (parts === undefined)
      throw new Error(`"${name}" is no topic name: there is no dot between group and topic`)
    return join(group(parts.group), 'topics', parts.topic)
  }
  const subscription = (ofTopic: string, name: string): string => join(topic(ofTopic), 'subscriptions', name)

  const offsetsOf = (parent: string, place: Omit<RetransmissionPlace, 'partition'>): string =>
    join(parent, 'kafka_topics', place.kafkaTopic, 'offset', place.cluster)

  return {
    groups: join(base, 'groups'),
    group,
    topics: name => join(group(name), 'topics'),
    topic,
    topicCounter: (name, counter) => join(topic(name), 'metrics', counter),
    preview: name => join(topic(name), 'preview'),
    subscriptions: name => join(topic(name), 'subscriptions'),
    subscription,
    undelivered: (ofTopic, name) => join(subscription(ofTopic, name), 'undelivered'),
    subscriptionCounter: (ofTopic, name, counter) => join(subscription(ofTopic, name), 'metrics', counter),
    retransmissionOffset: (ofTopic, name, place) =>
      join(offsetsOf(subscription(ofTopic, name), place), String(place.partition)),
    retransmissionOffsets: (ofTopic, name, place) => offsetsOf(subscription(ofTopic, name), place),
    oauthProviders: join(base, 'oauth-providers'),
    oauthProvider: name => join(base, 'oauth-providers', name),
    hermesConsumers: join(base, 'consumers-registry'),
    hermesConsumerNodes: cluster => join(base, 'consumers-registry', cluster, 'nodes'),
    hermesConsumerLeader: cluster => join(base, 'consumers-registry', cluster, 'leader'),
    workloadConstraints: join(base, 'consumers-workload-constraints'),
    workloadConstraint: name => join(base, 'consumers-workload-constraints', name),
    offlineTasks: join(base, 'offline-retransmission', 'tasks'),
    offlineTask: id => join(base, 'offline-retransmission', 'tasks', id),
    inactiveTopics: join(base, 'inactive-topics'),
    admin: join(base, 'admin'),
    datacenterReadiness: join(base, 'datacenter-readiness'),
    storageHealth: name => join(base, 'storage-health', name),
    iris: irisPaths(join(base, 'iris')),
  }
}

/** The path above; `/` above a first-level one. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}

function irisPaths(root: string): IrisPaths {
  const consumers = (cluster: string, ...rest: readonly string[]): string =>
    join(root, 'consumers', cluster, ...rest)
  const locksOf = (cluster: string, topic: string, subscription: string): string =>
    consumers(cluster, 'locks', `${topic}$${subscription}`)
  return {
    root,
    apiKeys: join(root, 'api-keys'),
    apiKey: name => join(root, 'api-keys', name),
    forwardSecret: join(root, 'forward-secret'),
    frontends: join(root, 'frontends'),
    frontend: id => join(root, 'frontends', id),
    idempotencyLock: (cluster, shard) => join(root, 'idempotency', cluster, 'locks', String(shard)),
    idempotencyNumbers: (cluster, shard) => join(root, 'idempotency', cluster, 'numbers', String(shard)),
    consumerNodes: cluster => consumers(cluster, 'nodes'),
    consumerNode: (cluster, instance) => consumers(cluster, 'nodes', instance),
    consumerLeader: cluster => consumers(cluster, 'leader'),
    assignments: cluster => consumers(cluster, 'assignments'),
    assignment: (cluster, instance) => consumers(cluster, 'assignments', instance),
    locks: cluster => consumers(cluster, 'locks'),
    subscriptionLocks: locksOf,
    lock: (cluster, topic, subscription, partition) =>
      join(locksOf(cluster, topic, subscription), String(partition)),
    delayLock: (cluster, topic, subscription, partition) =>
      join(locksOf(cluster, topic, subscription), `delay-${partition}`),
    delay: (cluster, topic, subscription) => consumers(cluster, 'delays', `${topic}$${subscription}`),
    parkedKeys: (cluster, topic, subscription) =>
      consumers(cluster, 'parked-keys', `${topic}$${subscription}`),
    retransmissions: cluster => consumers(cluster, 'retransmissions'),
    retransmission: (cluster, topic, subscription) =>
      consumers(cluster, 'retransmissions', `${topic}$${subscription}`),
    suspensions: cluster => consumers(cluster, 'suspensions'),
    rates: cluster => consumers(cluster, 'rates'),
    suspension: (cluster, topic, subscription) =>
      consumers(cluster, 'suspensions', `${topic}$${subscription}`),
    schedule: cluster => consumers(cluster, 'schedule'),
    scheduleLock: (cluster, partition) => consumers(cluster, 'schedule-locks', String(partition)),
    managementLeader: join(root, 'management', 'leader'),
    managementNodes: join(root, 'management', 'nodes'),
    managementNode: id => join(root, 'management', 'nodes', id),
    jsonSchemas: join(root, 'json-schemas'),
    jsonSchema: topic => join(root, 'json-schemas', topic),
    jsonSchemaVersion: (topic, version) => join(root, 'json-schemas', topic, String(version)),
    tasks: {
      allOpen: join(root, 'tasks', 'open'),
      open: (topic, subscription, kind) => join(root, 'tasks', 'open', `${topic}$${subscription}$${kind}`),
      ofSubscription: (topic, subscription) => join(root, 'tasks', 'all', `${topic}$${subscription}`),
      task: (topic, subscription, id) => join(root, 'tasks', 'all', `${topic}$${subscription}`, id),
      lock: (cluster, topic, subscription, kind) =>
        join(locksOf(cluster, topic, subscription), `task-${kind}`),
    },
  }
}

/** The first part is a path made before; every other is one name. */
function join(parent: string, ...names: readonly string[]): string {
  for (const name of names)
    if (name === '' || name === '.' || name === '..' || name.includes('/'))
      throw new Error(`"${name}" is no name for a node of ZooKeeper`)
  return [parent, ...names].join('/')
}
