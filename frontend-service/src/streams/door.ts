/**
 * The door in front of all readers.
 * Takes a request. Gives its topic, or refuses. Promises: nobody takes a seat before it is known that it may
 * read; who is not known learns of no topic, not even whether it exists; a topic just created is known here.
 */
import type { IncomingMessage } from 'node:http'
import type { Identity } from '@iris/common/access/authenticator'
import type { HermesError } from '@iris/common/errors/hermes-error'
import type { Log } from '@iris/common/lifecycle/log'
import type { Authenticate } from '../access/authentication.js'
import { topicAbsent, topicsNotLoaded, topicUnclear } from '../publish/refusals.js'
import type { TopicCache } from '../topics/cache.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { LookUpAnswer, UnknownTopics } from '../topics/unknown-topics.js'
import { identityRefusal, readingRefusal } from './permission.js'

export interface Door {
  /** Rejects with the refusal. */
  enter(request: IncomingMessage, topic: string): Promise<RoutedTopic>
  /**
   * Why who was let in before may not read any more, or null. A token is judged again by it, which may take
   * until the next time that it is asked.
   */
  refusal(request: IncomingMessage, topic: RoutedTopic): HermesError | null
  /** The topic as it is now. */
  topic(name: string): RoutedTopic | undefined
}

export interface DoorParts {
  readonly log: Log
  readonly topics: Pick<TopicCache, 'find' | 'isLoaded'>
  readonly unknownTopics: Pick<UnknownTopics, 'lookUp'>
  /** Null where callers are not asked who they are. */
  readonly authenticate: Authenticate | null
}

/** Makes it. */
export function createDoor({ log, topics, unknownTopics, authenticate }: DoorParts): Door {
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
  const permit = (refused: HermesError | null): void => {
    if (refused !== null) throw refused
  }
  const judgeAgain = (request: IncomingMessage): void => {
    authenticate?.judgeAgain(request)?.catch((error: unknown) => log.warn('streams.notJudged', { error }))
  }
  return {
    async enter(request, name) {
      await authenticate?.judge(request)
      permit(identityRefusal(callerOf(request), challenge))
      const topic = await find(name)
      permit(readingRefusal(topic, callerOf(request), challenge))
      return topic
    },
    refusal(request, topic) {
      judgeAgain(request)
      return readingRefusal(topic, callerOf(request), challenge)
    },
    topic: name => topics.find(name),
  }
}
