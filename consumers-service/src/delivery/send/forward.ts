// pure
/**
 * What a message that goes to another topic carries to the frontend, and why it may not go.
 * Takes the plan once, and the letter before each attempt. Gives nothing: it fills the letter in.
 * Promises: body, key and the publisher's headers as they are; one idempotency key for a message whatever
 * ways it comes by, so that a topic holds it once.
 */
import type { ForwardSeals } from '@iris/common/access/forward-seal'
import { chainOf, hopsMax, isSetByForward, type Chain } from '@iris/common/domain/forward'
import type { TopicName } from '@iris/common/domain/names'
import { writeBinary } from '@iris/common/cloudevents/http-binary'
import { canBeSent, isTrimmed } from '@iris/common/http/header-rules'
import { forwardSealHeader, hopsHeader, originMessageIdHeader } from '@iris/common/http/travelling-headers'
import { linesSent } from '../attempt-spans.js'
import type { Letter } from '../letter.js'
import type { SerialPlan } from '../plan.js'
import { contentTypeName, dataTypeOf, without } from './lines.js'

const keyName = 'Partition-Key'
const jsonType = 'application/json'
/** Of the frontend's own grammar what needs no quotes, with room for our prefix. */
const plainId = /^[\x21\x23-\x2b\x2d-\x7e]{1,200}$/

export interface ForwardParts {
  /** The `Authorization` of this installation at its own frontends; empty for none. */
  readonly frontendAuthorization: string
  readonly seals: ForwardSeals
  /** A line that HTTP cannot carry was left out. */
  dropped(): void
}

/** Why a message may not go on, or null: it came through too many topics, or HTTP would change its key. */
export function forwardProblem({ content, entry }: Letter): string | null {
  if (chainOf(content.propagated).hops >= hopsMax)
    return `FORWARD: it came through ${hopsMax} topics already; subscriptions may forward in a ring`
  const key = keyText(entry.key)
  const isKept = key === null || (canBeSent(keyName, key) && isTrimmed(key))
  return isKept ? null : 'FORWARD: its partition key has bytes that no header carries as they are'
}

/** Prepares what stays the same over all messages. */
export function createForwardDress(
  plan: SerialPlan,
  target: TopicName,
  parts: ForwardParts,
): (letter: Letter) => void {
  const { frontendAuthorization, seals, dropped } = parts
  const { requestTimeoutMs, socketTimeoutMs } = plan.policy
  const own = ['User-Agent', 'Iris']
  if (frontendAuthorization !== '') own.push('Authorization', frontendAuthorization)
  for (const { name, value } of plan.fixedHeaders) {
    if (canBeSent(name, value) && !isSetByForward(name)) own.push(name, value)
    else dropped()
  }
  const fixed = new Set(plan.fixedHeaders.map(({ name }) => name.toLowerCase()))
  const isSaidBefore = (lowerName: string): boolean => fixed.has(lowerName) || isSetByForward(lowerName)

  return letter => {
    const { content, entry } = letter
    letter.timeoutMs = requestTimeoutMs
    letter.socketTimeoutMs = socketTimeoutMs
    letter.eventBody = null
    const chain = chainOf(content.propagated)
    const origin = originOf(letter, chain, plan)
    const hops = String(chain.hops + 1)
    const lines = [...own, hopsHeader, hops, originMessageIdHeader, origin]
    lines.push(forwardSealHeader, seals.of(target, hops, origin), 'Idempotency-Key', `forwarded-${origin}`)
    const key = keyText(entry.key)
    if (key !== null) lines.push(keyName, key)
    const { event } = content
    lines.push(contentTypeName, (event && dataTypeOf(event)) || jsonType)
    if (event !== null) lines.push(...writeBinary(event))
    letter.headers = [...lines, ...(without(linesSent(letter), isSaidBefore) ?? [])]
  }
}

/** The id of the first message; the place of one that has none which a header carries. */
function originOf({ content, origin }: Letter, { originId }: Chain, { topic }: SerialPlan): string {
  const id = originId ?? content.messageId
  return plainId.test(id) ? id : `${topic}-${origin.partition}-${origin.offset}`
}

function keyText(key: Buffer | null): string | null {
  return key === null ? null : key.toString('latin1')
}
