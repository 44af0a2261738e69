/**
 * The door in front of all readers.
 * Takes a request. Gives its topic and who asks, or refuses. Promises: nobody learns of a topic, nor takes a
 * seat, before it is known that it may read; a topic just created is known here.
 */
import type { IncomingMessage } from 'node:http'
import type { Identity } from '@iris/common/access/authenticator'
import type { HermesError } from '@iris/common/errors/hermes-error'
import type { Authenticate } from '../access/authentication.js'
import { topicAbsent, topicsNotLoaded, topicUnclear } from '../publish/refusals.js'
import type { TopicCache } from '../topics/cache.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { LookUpAnswer, UnknownTopics } from '../topics/unknown-topics.js'
import { readingRefusal } from './permission.js'

export interface Door {
  /** Rejects with the refusal. */
  enter(request: IncomingMessage, topic: string): Promise<RoutedTopic>
  /** Why who was let in before may not read any more, or null. */
  refusal(request: IncomingMessage, topic: RoutedTopic): HermesError | null
  /** The topic as it is now. */
  topic(name: string): RoutedTopic | undefined
}

export interface DoorParts {
  readonly topics: Pick<TopicCache, 'find' | 'isLoaded'>
  readonly unknownTopics: Pick<UnknownTopics, 'lookUp'>
  /** Null where callers are not asked who they are. */
  readonly authenticate: Authenticate | null
}

/** Makes it. */
export function createDoor({ topics, unknownTopics, authenticate }: DoorParts): Door {
  const callerOf = (request: IncomingMessage): Identity | null => authenticate?.(request) ?? null
  const challenge = authenticate?.challenge ?? ''
  const find = async (name: string): Promise<RoutedTopic> => {
    const known = topics.find(name)
    if (known !== undefined) return known
    if (!topics.isLoaded()) throw topicsNotLoaded
    const answer = await new Promise<LookUpAnswer>(resolve => unknownTopics.lookUp(name, resolve))
    if (answer === 'absent') throw topicAbsent(name)
    if (answer === 'unclear') throw topicUnclear(name)
    return answer
  }
  const refusal: Door['refusal'] = (request, topic) => readingRefusal(topic, callerOf(request), challenge)
  return {
    async enter(request, name) {
      await authenticate?.judge(request)
      const topic = await find(name)
      const refused = refusal(request, topic)
      if (refused !== null) throw refused
      return topic
    },
    refusal,
    topic: name => topics.find(name),
  }
}
