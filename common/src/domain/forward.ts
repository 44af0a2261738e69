// pure
/**
 * Subscriptions that bring a topic's messages to another topic of Iris: `"endpoint": "topic:shop.invoices"`.
 * Takes endpoints and propagated headers. Gives the target, and how far a message has come on such ways.
 */
import { firstHeaderValue } from '../http/raw-headers.js'
import { forwardSealHeader, hopsHeader, originMessageIdHeader } from '../http/travelling-headers.js'
import { topicName, type TopicName } from './names.js'

const scheme = 'topic:'

/** How many topics a message is forwarded to, one after the other; a ring of them ends here. */
export const hopsMax = 8

/** The topic that an endpoint names; null where it is the address of somebody else. */
export function forwardOf(endpoint: string): { readonly topic: TopicName } | Refused | null {
  if (!endpoint.startsWith(scheme)) return null
  const topic = topicName(endpoint.slice(scheme.length))
  return topic === undefined
    ? { problem: `${endpoint} must name a topic as topic:group.name, such as topic:shop.invoices` }
    : { topic }
}

interface Refused {
  readonly problem: string
}

/** Whether the endpoint is meant to be a topic. */
export function isForward(endpoint: string): boolean {
  return endpoint.startsWith(scheme)
}

const [lowerHops, lowerOrigin] = [hopsHeader.toLowerCase(), originMessageIdHeader.toLowerCase()]

/** What a forward says itself, by lower-case names. */
const ownHeaders = new Set([
  ...['user-agent', 'authorization', 'idempotency-key', 'partition-key', 'content-type'],
  ...[lowerHops, lowerOrigin, forwardSealHeader.toLowerCase()],
])

/** Whether a forward says that header itself, so that neither its subscription nor a publisher can. */
export function isSetByForward(header: string): boolean {
  const name = header.toLowerCase()
  return ownHeaders.has(name) || name.startsWith('ce-')
}

/** What a message says about the topics that it came through; nothing where it was published to the first. */
export interface Chain {
  readonly hops: number
  /** The id of the message that the chain began with. */
  readonly originId: string | null
}

/** Reads it from header lines: name, value, name, value, … */
export function chainOf(lines: readonly string[] | null): Chain {
  const hops = Number(firstHeaderValue(lines ?? [], lowerHops) ?? '0')
  // What is no count was written by nobody of ours: it is not trusted to bound anything.
  const isCount = Number.isSafeInteger(hops) && hops >= 0
  return { hops: isCount ? hops : hopsMax, originId: firstHeaderValue(lines ?? [], lowerOrigin) ?? null }
}
