/**
 * The list of inactive topics in ZooKeeper, at Hermes' place.
 * Takes and gives the list; empty where nobody has looked yet, or where the node cannot be read.
 */
import { z } from 'zod'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { NodeExistsError } from '@iris/common/zookeeper/zoo-errors'
import { inactiveTopic, type InactiveTopic } from '../inactive/judge-topics.js'
import { orRefuse } from './zookeeper-failures.js'

export interface InactiveTopicStore {
  inactiveTopics(): Promise<readonly InactiveTopic[]>
  setInactiveTopics(topics: readonly InactiveTopic[]): Promise<void>
}

const listShape = z.array(inactiveTopic)

/** Makes the store. */
export function createInactiveTopicStore(
  session: ZooSession,
  { inactiveTopics: path }: Pick<ZooPaths, 'inactiveTopics'>,
): InactiveTopicStore {
  return {
    async inactiveTopics() {
      const node = await orRefuse(session.read(path))
      return node === null ? [] : readList(node.data)
    },
    async setInactiveTopics(topics) {
      const data = Buffer.from(JSON.stringify(topics))
      try {
        await orRefuse(session.create(path, data))
      } catch (error) {
        if (!(error instanceof NodeExistsError)) throw error
        await orRefuse(session.write(path, data))
      }
    },
  }
}

function readList(data: Buffer): readonly InactiveTopic[] {
  try {
    const list = listShape.safeParse(JSON.parse(data.toString('utf8')))
    return list.success ? list.data : []
  } catch {
    return [] // the next look writes it anew
  }
}
