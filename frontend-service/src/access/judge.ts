/**
 * Credentials that take time to judge, before their request goes on.
 * Takes a request and its topic. Gives null where it can go on at once: its topic asks nobody, or what it
 * says of itself is known. Promises: a topic that asks nobody waits for no issuer of tokens.
 */
import type { IncomingMessage } from 'node:http'
import type { TopicCache } from '../topics/cache.js'
import type { Authenticate } from './authentication.js'

export interface Judge {
  /** `topic` is null where a request names several. */
  of(request: IncomingMessage, topic: string | null): Promise<void> | null
  /** Requests that wait. */
  openCount(): number
}

export interface JudgeParts {
  readonly topics: Pick<TopicCache, 'find'>
  /** Null where callers are not asked who they are. */
  readonly authenticate: Authenticate | null
}

/** Makes it. */
export function createJudge({ topics, authenticate }: JudgeParts): Judge {
  let openCount = 0
  const count = (judging: Promise<void>): Promise<void> => {
    openCount++
    return judging.finally(() => void openCount--)
  }
  return {
    openCount: () => openCount,
    of(request, name) {
      if (authenticate === null || request.headers.authorization === undefined) return null
      // A topic that is not known yet may ask who the caller is.
      const topic = name === null ? undefined : topics.find(name)
      if (topic !== undefined && topic.gate?.asksWho !== true) return null
      const judging = authenticate.judge(request)
      return judging === null ? null : count(judging)
    },
  }
}
