// pure
/**
 * What every request of a letter carries: header lines and body, in the form that its subscription asks for.
 * Takes the plan once, and the letter before each attempt. Gives nothing: it fills the letter in.
 * Promises: without `cloudEvents` the body is the message and nothing is made for it; with it, a message that
 * was published as no CloudEvent becomes one of its topic. A signature is over exactly what goes out.
 */
import { derivedEvent } from '@iris/common/cloudevents/derived-event'
import { writeBinary } from '@iris/common/cloudevents/http-binary'
import { structuredType, writeStructured } from '@iris/common/cloudevents/json-format'
import { canBeSent } from '@iris/common/http/header-rules'
import type { Clock } from '@iris/common/time/clock'
import { linesSent } from '../attempt-spans.js'
import type { Letter } from '../letter.js'
import type { SerialPlan } from '../plan.js'
import { createForwardDress, type ForwardParts } from './forward.js'
import { prepareHeaders, type HeaderLines, type HeaderParts } from './headers.js'
import { contentTypeName, dataTypeOf, without } from './lines.js'
import { createSign } from './signature.js'

export interface DressParts extends HeaderParts, ForwardParts {
  /** Tells the time of a signature. */
  readonly clock: Pick<Clock, 'now'>
}

/** Fills in headers, body and time limits of an attempt. */
export type Dress = (letter: Letter) => void

const idName = 'webhook-id'
const eventPrefix = 'ce-'

/** Prepares what stays the same over all messages. */
export function createDress(plan: SerialPlan, parts: DressParts): Dress {
  if (plan.forwardsTo !== null) return createForwardDress(plan, plan.forwardsTo, parts)
  const lines = prepareHeaders(plan, parts)
  const sign = createSign(plan.signing)
  const fill = createFill(plan, lines)
  if (sign === null) return fill
  return letter => {
    fill(letter)
    letter.headers = [...letter.headers, ...sign(signedIdOf(letter), parts.clock.now(), letter.body)]
  }
}

/**
 * What a receiver knows the message by. Other writers' messages may have no id, one that no header carries,
 * or one with a dot, which would leave open where the time begins: their place is one too.
 */
function signedIdOf({ content: { messageId }, origin: { partition, offset } }: Letter): string {
  const isFit = messageId !== '' && !messageId.includes('.') && canBeSent(idName, messageId)
  return isFit ? messageId : `${partition}-${offset}`
}

/** All but the signature. */
function createFill(plan: SerialPlan, lines: HeaderLines): Dress {
  const { requestTimeoutMs, socketTimeoutMs } = plan.policy
  const dress = (letter: Letter, propagated: readonly string[] | null): string[] => {
    letter.timeoutMs = requestTimeoutMs
    letter.socketTimeoutMs = socketTimeoutMs
    letter.eventBody = null
    const { messageId, avro } = letter.content
    return lines.of(messageId, letter.attempts, propagated, avro)
  }
  if (plan.cloudEvents === null) {
    return letter => void (letter.headers = dress(letter, linesSent(letter)))
  }
  const isBinary = plan.cloudEvents === 'binary'
  const fixed = new Set(plan.fixedHeaders.map(({ name }) => name.toLowerCase()))
  return letter => {
    const event = eventOf(letter, plan)
    const own = dress(letter, without(linesSent(letter), isOfEvent))
    if (isBinary) own.push(...(without(writeBinary(event), name => fixed.has(name)) ?? []))
    else letter.eventBody = writeStructured(event, letter.content.body)
    if (!fixed.has('content-type')) setType(own, isBinary ? dataTypeOf(event) : structuredType)
    letter.headers = own
  }
}

function eventOf({ content, entry }: Letter, { topic }: SerialPlan): readonly string[] {
  const { event, messageId } = content
  return event ?? derivedEvent({ messageId, topic, timestampMs: entry.timestampMs })
}

/** What the publisher's own headers may not say of an event. */
function isOfEvent(lowerName: string): boolean {
  return lowerName.startsWith(eventPrefix)
}

/** Null leaves the type that every delivery has. */
function setType(lines: string[], type: string | null): void {
  const at = lines.indexOf(contentTypeName)
  if (type !== null && at >= 0) lines[at + 1] = type
}
