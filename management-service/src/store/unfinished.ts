/**
 * Creations and removals that are not finished, in ZooKeeper below `iris/management`.
 * Takes a session and the root. Gives the ports: `removals` has a node a topic, `unfinished` one a topic
 * that is made and one a subscription that is made or removed. Refuses with `INTERNAL_ERROR` to read a node
 * that somebody else wrote.
 */
import { z } from 'zod'
import { subscriptionId, type SubscriptionName, type TopicName } from '@iris/common/domain/names'
import { refusal } from '@iris/common/errors/hermes-error'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { forEachOf } from './bounded-reads.js'
import type { TopicRemoval, TopicRemovals, Unfinished, UnfinishedStore } from './ports.js'
import { orRefuse } from './zookeeper-failures.js'

const removalShape = z.object({
  subscriptions: z.array(z.string().transform(name => name as SubscriptionName)),
  hasSchema: z.boolean().default(false),
})
const topicShape = z.string().transform(name => name as TopicName)
const unfinishedShape = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('topic'),
    topic: topicShape,
    made: z.array(z.enum(['kafkaTopic', 'schema'])),
  }),
  z.object({
    kind: z.literal('subscription'),
    topic: topicShape,
    subscription: z.string().transform(name => name as SubscriptionName),
  }),
])

/** Makes the ports. */
export function createUnfinished(session: ZooSession, paths: ZooPaths): TopicRemovals & UnfinishedStore {
  const removals = `${paths.iris.root}/management/removals`
  const things = `${paths.iris.root}/management/unfinished`
  const put = async (path: string, note: object): Promise<void> => {
    await orRefuse(session.ensure(path))
    await orRefuse(session.write(path, Buffer.from(JSON.stringify(note))))
  }
  const read = async <T>(path: string, shape: z.ZodType<T>): Promise<T | null> => {
    const node = await orRefuse(session.read(path))
    return node === null ? null : noteIn(node.data, path, shape)
  }
  return {
    openRemovals: async () => ((await orRefuse(session.children(removals))) ?? []) as readonly TopicName[],
    async openRemoval(topic) {
      const path = `${removals}/${topic}`
      const node = await orRefuse(session.read(path))
      // Made by a writer that was cut off before it named any.
      if (node?.data.length === 0) return { subscriptions: [], hasSchema: false }
      return node === null ? null : noteIn<TopicRemoval>(node.data, path, removalShape)
    },
    noteRemoval: (topic, removal) => put(`${removals}/${topic}`, removal),
    forgetRemoval: topic => forget(session, `${removals}/${topic}`),
    async unfinished() {
      const names = (await orRefuse(session.children(things))) ?? []
      const notes = await forEachOf(names, name => read<Unfinished>(`${things}/${name}`, unfinishedShape))
      return notes.filter(note => note !== null)
    },
    noteUnfinished: thing => put(`${things}/${nameOf(thing)}`, thing),
    forgetUnfinished: thing => forget(session, `${things}/${nameOf(thing)}`),
  }
}

function nameOf(thing: Unfinished): string {
  return thing.kind === 'topic' ? thing.topic : subscriptionId(thing.topic, thing.subscription)
}

async function forget(session: ZooSession, path: string): Promise<void> {
  try {
    await orRefuse(session.remove(path))
  } catch (error) {
    if (!(error instanceof NoNodeError)) throw error
  }
}

function noteIn<T>(data: Buffer, path: string, shape: z.ZodType<T>): T {
  try {
    const read = shape.safeParse(JSON.parse(data.toString()))
    if (read.success) return read.data
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw refusal('INTERNAL_ERROR', { problem: `The note ${path} in ZooKeeper cannot be read` })
}
