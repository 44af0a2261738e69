// pure
/**
 * A dead letter as the API shows it.
 * Takes a record of the dead-letter topic. Gives JSON; members without a value are left out.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { letterId } from '@iris/common/dead-letters/selection'
import {
  classOfLetter,
  copyOfHeader,
  messageIdHeader,
  readDeadLetterHeaders,
} from '@iris/common/kafka/dead-letter-headers'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { propagatedPrefix } from '@iris/common/kafka/open-entry'

/** One line of a list. */
export const deadLetterItem = z.object({
  id: z.string().describe('Place in the dead-letter topic: `partition-offset`'),
  messageId: z.string(),
  reason: z.string(),
  class: z.string().describe('Who let it die: `refused`, `expired`, `pipeline` or `parked`'),
  attempts: z.int(),
  lastStatus: z.int().optional().describe('Status of the last answer; absent where none came'),
  topic: z.string().describe('Where the message was published'),
  partition: z.int(),
  offset: z.int(),
  time: z.int().describe('When it was given up, milliseconds since the epoch'),
  copyOf: z.string().optional().describe('The dead letter that this one is an edited copy of'),
  body: z.string().describe('Base64'),
})

const headerLines = z.array(z.object({ name: z.string(), value: z.string() }))

/** One dead letter with all that is known of it. */
export const deadLetterDetail = z.object({
  ...deadLetterItem.shape,
  published: z.int().optional().describe('When the message was published, milliseconds since the epoch'),
  key: z.string().optional().describe('Base64'),
  propagated: headerLines.describe('What the publisher sent along and the subscriber gets, in their order'),
  headers: headerLines.describe('Every header of the record in Kafka'),
})

export type DeadLetterItem = ValueOf<typeof deadLetterItem>
export type DeadLetterDetail = ValueOf<typeof deadLetterDetail>

export function itemOf(entry: LogEntry): DeadLetterItem {
  const facts = readDeadLetterHeaders(name => entry.header(name))
  const copyOf = entry.header(copyOfHeader)?.toString('utf8')
  return {
    id: letterId(entry.offset),
    messageId: entry.header(messageIdHeader)?.toString('utf8') ?? '',
    reason: facts?.reason ?? reasonWithoutFacts(entry),
    class: classOfLetter(facts),
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
