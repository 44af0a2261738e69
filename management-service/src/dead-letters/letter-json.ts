// pure
/**
 * A dead letter as the API shows it.
 * Takes a record of the dead-letter topic. Gives JSON; members without a value are left out.
 */
import { letterId } from '@iris/common/dead-letters/selection'
import { copyOfHeader, messageIdHeader, readDeadLetterHeaders } from '@iris/common/kafka/dead-letter-headers'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { propagatedPrefix } from '@iris/common/kafka/open-entry'

/** One line of a list. */
export interface DeadLetterItem {
  /** Place in the dead-letter topic: `partition-offset`. */
  readonly id: string
  readonly messageId: string
  readonly reason: string
  readonly class: string
  readonly attempts: number
  readonly lastStatus?: number
  /** Where the message was published. */
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** When it was given up, milliseconds since the epoch. */
  readonly time: number
  /** The dead letter that this one is an edited copy of. */
  readonly copyOf?: string
  /** Base64. */
  readonly body: string
}

/** One dead letter with all that is known of it. */
export interface DeadLetterDetail extends DeadLetterItem {
  /** When the message was published, milliseconds since the epoch. */
  readonly published?: number
  /** Base64. */
  readonly key?: string
  /** What the publisher sent along and the subscriber gets, in their order. */
  readonly propagated: readonly HeaderJson[]
  /** Every header of the record in Kafka. */
  readonly headers: readonly HeaderJson[]
}

export interface HeaderJson {
  readonly name: string
  readonly value: string
}

export function itemOf(entry: LogEntry): DeadLetterItem {
  const facts = readDeadLetterHeaders(name => entry.header(name))
  const copyOf = entry.header(copyOfHeader)?.toString('utf8')
  return {
    id: letterId(entry.offset),
    messageId: entry.header(messageIdHeader)?.toString('utf8') ?? '',
    reason: facts?.reason ?? reasonWithoutFacts(entry),
    class: facts?.class ?? 'pipeline',
    attempts: facts?.attempts ?? 0,
    ...(facts === null || facts.lastStatus === null ? {} : { lastStatus: facts.lastStatus }),
    topic: facts?.topic ?? '',
    partition: facts?.partition ?? -1,
    offset: facts?.offset ?? -1,
    time: entry.timestampMs,
    ...(copyOf === undefined ? {} : { copyOf }),
    body: entry.value?.toString('base64') ?? '',
  }
}

export function detailOf(entry: LogEntry): DeadLetterDetail {
  const published = readDeadLetterHeaders(name => entry.header(name))?.publishedMs ?? -1
  const headers = entry.headers().map(([name, value]) => ({ name, value: value.toString('utf8') }))
  return {
    ...itemOf(entry),
    ...(published < 0 ? {} : { published }),
    ...(entry.key === null ? {} : { key: entry.key.toString('base64') }),
    propagated: headers
      .filter(({ name }) => name.startsWith(propagatedPrefix))
      .map(({ name, value }) => ({ name: name.slice(propagatedPrefix.length), value })),
    headers,
  }
}

function reasonWithoutFacts({ problem }: LogEntry): string {
  return problem === null
    ? 'The record says nothing about its death'
    : `The record cannot be read: ${problem}`
}
