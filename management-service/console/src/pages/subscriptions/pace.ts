// pure
/**
 * How fast a subscription is sent to, and why.
 * Takes its definition and what management found about it. Gives the output rate, the state of its circuit
 * and a sentence.
 */
import { rateOf } from '../../ui/words.js'
import type { Diagnosis, Subscription } from './subscription-shape.js'

export interface Pace {
  /** Such as `400/s at most`. */
  readonly output: string
  /** Whether messages flow, or only probes go out. */
  readonly circuit: string
  /** Why it is so. */
  readonly reason: string
}

const circuitWords: Readonly<Record<string, string>> = {
  closed: 'Closed: messages flow',
  probing: 'Half open: only probes go out',
  open: 'Open: a probe now and then',
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
      output: `${rateOf(typeof ratePerS === 'number' ? ratePerS : null)} at most`,
      circuit: circuitWords[String(circuit)] ?? String(circuit),
      reason: 'slowed by the answers of the endpoint, as told above',
    }
  }
  const isRunning = diagnosis.findings.every(({ cause }) => !notRunning.has(cause))
  if (!isRunning) return { output: '–', circuit: '–', reason: 'no process tells' }
  const rate = 'rate' in subscriptionPolicy ? subscriptionPolicy.rate : null
  const output = deliveryType === 'BATCH' || rate === null ? 'One batch at a time' : `${rateOf(rate)} at most`
  return { output, circuit: circuitWords['closed'] ?? '', reason: 'full speed: the endpoint bears it' }
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
