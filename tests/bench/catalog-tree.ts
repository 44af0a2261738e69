/**
 * Definitions in ZooKeeper without the way over REST, for trees that it would take an hour to make.
 * Takes a session and a topic that management has made. Gives copies of it under other names, each with
 * copies of its first subscription, suspended. Promises: no request is near ZooKeeper's 1 MiB.
 */
import { zooPaths } from '@iris/common/zookeeper/paths'
import type { ZooOperation, ZooSession } from '@iris/common/zookeeper/session'

/** What is copied, and the numbers of the copies. */
export interface Copies {
  readonly topic: string
  readonly from: number
  readonly count: number
  readonly topicsPerGroup: number
  readonly subscriptionsPerTopic: number
}

/** The root that services have unless they are told another. */
const paths = zooPaths('/hermes')
const operationsPerTransaction = 200

/** Writes them; groups are made as they are needed. */
export async function plantCopies(session: ZooSession, copies: Copies): Promise<void> {
  const topicText = await textAt(session, paths.topic(copies.topic))
  const [first = ''] = (await session.children(paths.subscriptions(copies.topic))) ?? []
  const subscriptionText = await textAt(session, paths.subscription(copies.topic, first))
  const endpoint = String(subscriptionText['endpoint'])
  let batch: ZooOperation[] = []
  const add = async (path: string, content: object | null): Promise<void> => {
    const data = content === null ? {} : { data: Buffer.from(JSON.stringify(content)) }
    batch.push({ kind: 'create', path, ...data })
    if (batch.length === operationsPerTransaction) await flush()
  }
  const flush = async (): Promise<void> => {
    const full = batch
    batch = []
    await session.transaction(full)
  }
  for (let number = copies.from; number < copies.from + copies.count; number++) {
    const group = `copies${Math.floor(number / copies.topicsPerGroup)}`
    if (number % copies.topicsPerGroup === 0) {
      await add(paths.group(group), { groupName: group })
      await add(paths.topics(group), null)
    }
    const name = `${group}.topic${number}`
    await add(paths.topic(name), { ...topicText, name })
    await add(paths.subscriptions(name), null)
    for (let index = 0; index < copies.subscriptionsPerTopic; index++) {
      const own = { topicName: name, name: `subscription${index}`, state: 'SUSPENDED' }
      const address = { endpoint: endpoint.replace(`${copies.topic}/${first}`, `${name}/${own.name}`) }
      await add(paths.subscription(name, own.name), { ...subscriptionText, ...own, ...address })
    }
  }
  await flush()
}

async function textAt(session: ZooSession, path: string): Promise<Record<string, unknown>> {
  const node = await session.read(path)
  if (node === null) throw new Error(`ZooKeeper has no ${path} to copy`)
  return JSON.parse(node.data.toString('utf8')) as Record<string, unknown>
}
