/**
 * HTTP headers that travel with a message. Takes the headers that were sent. Gives the envelope's map, adds
 * the Kafka headers, says what traces show of them. An empty list of names means all headers but those of the
 * connection, the content and the caller's identity.
 * Promises: the first value of a repeated header, the name as it was spelt, the value's bytes as they came;
 * what a chain of topics is bounded by travels only with what was forwarded, whatever a publisher sends.
 */
import { forwardedHeaders } from '../fellows/forward.js'
import { forwardingHeaders, forwardSealHeader, subscriberHeaders } from '@iris/common/http/travelling-headers'
import { hopByHopHeaders } from '@iris/common/http/raw-headers'
import { traceparentName } from '@iris/common/tracing/context'
import type { SentHeaders } from './origin.js'
import type { RecordHeader } from './publication.js'

/** Propagated headers by the name the sender wrote. */
export type Propagated = Readonly<Record<string, string>>

export interface PropagationOptions {
  readonly isEnabled: boolean
  /** Lower-case names; empty for all. */
  readonly allowed: readonly string[]
  readonly isInKafkaHeaders: boolean
  readonly kafkaHeaderPrefix: string
  /** Lower-case names of headers that traces show beside those that travel. */
  readonly alsoTraced: readonly string[]
}

export interface Propagation {
  /**
   * Gives the headers that travel and adds them to a record's headers. A `traceparent` of ours, where the
   * message is traced, travels in the place of the publisher's, named or not.
   */
  collect(
    sent: SentHeaders,
    comesFromTopic: boolean,
    recordHeaders: RecordHeader[],
    traceparent?: string | null,
  ): Propagated
  /** What a trace shows of them: `Name: value` lines. */
  described(sent: SentHeaders, comesFromTopic: boolean): string
}

const none: Propagated = Object.freeze({})
const ofChains = new Set(forwardingHeaders.map(name => name.toLowerCase()))
/** What a publisher has no say in, be it named or not. */
const reserved = new Set([...ofChains, forwardSealHeader.toLowerCase()])
const neverUnlessNamed = new Set([
  ...hopByHopHeaders,
  ...['host', 'authorization', 'cookie', 'cookie2', 'expect', 'idempotency-key'],
  ...forwardedHeaders,
  ...reserved,
])

/** Makes the propagation of an installation. */
export function createPropagation(options: PropagationOptions): Propagation {
  const isAll = options.isEnabled && options.allowed.length === 0
  const wanted = options.isEnabled ? [...options.allowed, ...subscriberHeaders] : []
  const named = new Set(wanted.map(name => name.toLowerCase()).filter(name => !reserved.has(name)))
  const names = [...named]
  const alsoTraced = new Set(options.alsoTraced.map(name => name.toLowerCase()))
  const ofPublisher = (lowerName: string, value: string): boolean =>
    isAll ? travelsUnnamed(lowerName) : named.has(lowerName) && value !== ''
  const ofForward = (lowerName: string, value: string): boolean =>
    ofChains.has(lowerName) || ofPublisher(lowerName, value)

  return {
    collect(sent, comesFromTopic, recordHeaders, traceparent = null) {
      const mayTravel = isAll || comesFromTopic || names.some(name => sent.headers[name] !== undefined)
      if (!mayTravel && traceparent === null) return none
      const found = firstValues(sent.rawHeaders, comesFromTopic ? ofForward : ofPublisher)
      if (traceparent !== null) putTraceparent(found, traceparent)
      if (options.isInKafkaHeaders) {
        for (const name of Object.keys(found))
          recordHeaders.push([options.kafkaHeaderPrefix + name, Buffer.from(found[name] as string, 'latin1')])
      }
      return found
    },
    described({ rawHeaders }, comesFromTopic) {
      const travels = comesFromTopic ? ofForward : ofPublisher
      const isShown = (lowerName: string, value: string): boolean =>
        alsoTraced.has(lowerName) || travels(lowerName, value)
      const shown = Object.entries(firstValues(rawHeaders, isShown))
      return shown.map(([name, value]) => `${name}: ${value}`).join('\n')
    },
  }
}

/** Also kept back: what a subscriber would take for ours. */
function travelsUnnamed(lowerName: string): boolean {
  return (
    !neverUnlessNamed.has(lowerName) && !lowerName.startsWith('content-') && !lowerName.startsWith('hermes-')
  )
}

/** As the publisher spelt the name, where it sent one. */
function putTraceparent(found: Record<string, string>, value: string): void {
  const name = Object.keys(found).find(each => each.toLowerCase() === traceparentName) ?? traceparentName
  found[name] = value
}

function firstValues(
  rawHeaders: readonly string[],
  mayTravel: (lowerName: string, value: string) => boolean,
): Record<string, string> {
  // Without a prototype: a header may be called `__proto__`.
  const found = Object.create(null) as Record<string, string>
  const seen = new Set<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string
    const lowerName = name.toLowerCase()
    if (seen.has(lowerName)) continue
    seen.add(lowerName)
    const value = rawHeaders[index + 1] as string
    if (mayTravel(lowerName, value)) found[name] = value
  }
  return found
}
