// pure
/**
 * How much may be published to a topic: Iris' own member `quotas` of a topic.
 * Takes the member of a body or node. Gives limits; null where the default of the installation holds, 0 where
 * there is no limit whatever the default.
 */
import { plainNumber, plainObject } from './json-shapes.js'
import type { Violations } from './violations.js'

/** Limits a second, over all frontends together. */
export interface TopicQuotas {
  readonly messagesPerSecond: number | null
  readonly bytesPerSecond: number | null
  /** Of each publisher on this topic. */
  readonly publisherMessagesPerSecond: number | null
  readonly publisherBytesPerSecond: number | null
}

/** The members of `quotas`, in the order they are written. */
export const quotaNames = [
  'messagesPerSecond',
  'bytesPerSecond',
  'publisherMessagesPerSecond',
  'publisherBytesPerSecond',
] as const satisfies readonly (keyof TopicQuotas)[]

/** The most that can be asked for: beyond it there is no machine. */
export const quotaMax = 1e12

export const quotasShape = plainObject({
  messagesPerSecond: plainNumber,
  bytesPerSecond: plainNumber,
  publisherMessagesPerSecond: plainNumber,
  publisherBytesPerSecond: plainNumber,
}).transform((quotas): TopicQuotas | null => quotas)

/** Adds a sentence for each limit that is out of bounds. */
export function checkQuotas(violations: Violations, quotas: TopicQuotas | null): void {
  for (const name of quotaNames) {
    const limit = quotas?.[name] ?? 0
    violations.atLeast(`Topic.quotas.${name}`, limit, 0)
    violations.atMost(`Topic.quotas.${name}`, limit, quotaMax)
  }
}
