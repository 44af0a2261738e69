// pure
/**
 * How fast a subscription is sent to, and why.
 * Takes its definition and what management found about it. Gives the output rate, the state of its circuit
 * and a sentence.
 */
import { rateOf } from '../../ui/words.js'
import type { Diagnosis, Subscription } from './subscription-shape.js'

export interface Pace {
  /** Such as `400/s`. */
  readonly output: string
  /** Why it is so. */
  readonly reason: string
  /** Such as `Half open`. */
  readonly circuit: string
  /** What that means; left out where there is nothing to say. */
  readonly flow?: string
}

const closed = { circuit: 'Closed', flow: 'messages flow' }
const circuits: Readonly<Record<string, Pick<Pace, 'circuit' | 'flow'>>> = {
  closed,
  probing: { circuit: 'Half open', flow: 'only probes go out' },
  open: { circuit: 'Open', flow: 'a probe now and then' },
}

/** The pace; null while nobody has told. */
export function paceOf(
  {
    state,
    deliveryType,
    subscriptionPolicy,
  }: Pick<Subscription, 'state' | 'deliveryType' | 'subscriptionPolicy'>,
  diagnosis: Diagnosis | undefined,
): Pace | null {
  if (state === 'SUSPENDED') return { output: 'Nothing', circuit: '–', reason: 'it is paused' }
  if (diagnosis === undefined) return null
  const adapted = diagnosis.findings.find(({ cause }) => cause === 'RATE_ADAPTED')
  if (adapted !== undefined) {
    const { ratePerS, circuit } = adapted.figures
    return {
      output: rateOf(typeof ratePerS === 'number' ? ratePerS : null),
      reason: 'at most; slowed by the answers of the endpoint',
      ...(circuits[String(circuit)] ?? { circuit: String(circuit) }),
    }
  }
  const isRunning = diagnosis.findings.every(({ cause }) => !notRunning.has(cause))
  if (!isRunning) return { output: '–', circuit: '–', reason: 'no process tells' }
  const rate = 'rate' in subscriptionPolicy ? subscriptionPolicy.rate : null
  if (deliveryType === 'BATCH' || rate === null)
    return { output: 'One batch', reason: 'at a time; nothing slows it', ...closed }
  return { output: rateOf(rate), reason: 'at most; nothing slows it', ...closed }
}

/** Causes with which no process can tell how fast it sends. */
const notRunning: ReadonlySet<string> = new Set([
  'ZOOKEEPER_SILENT',
  'KAFKA_TOPIC_MISSING',
  'NOT_SUPPORTED',
  'SUSPENDED',
  'NO_CONSUMERS',
  'WITHOUT_OWNER',
  'NOT_STARTED',
  'OWNER_GONE',
  'OWNER_SILENT',
])
