/**
 * Faults between frontends and Kafka: answers lost after the append, late, cut short, noise in their place,
 * and a link that goes silent (A3 to A6). The proxy does them; they heal when it stops.
 */
import type { Fault, Hit } from './fault.js'
import type { ProxyFault } from '../proxy.js'
import type { Stack } from '../stack.js'

function spoil({ proxy }: Stack, fault: ProxyFault): Promise<Hit> {
  proxy.setFault(fault)
  return Promise.resolve({
    target: 0,
    what: 'the link from frontends to Kafka',
    heal: () => Promise.resolve(proxy.setFault({ kind: 'none' })),
  })
}

/** One produce answer in fifty never comes; the broker has stored the records. */
export const lostAnswers: Fault = {
  kind: 'lost-answers',
  hits: 'proxy',
  lengthMs: [3_000, 8_000],
  weight: 4,
  begin: stack => spoil(stack, { kind: 'loseAnswers', oneIn: 50 }),
}

/** Answers come after their publishers have stopped waiting. */
export const lateAnswers: Fault = {
  kind: 'late-answers',
  hits: 'proxy',
  lengthMs: [2_000, 5_000],
  weight: 1,
  begin: stack => spoil(stack, { kind: 'delayAnswers', delayMs: 3_000 }),
}

/** Answers come after the request for them was given up and sent anew over another connection. */
export const staleAnswers: Fault = {
  kind: 'stale-answers',
  hits: 'proxy',
  lengthMs: [2_000, 5_000],
  weight: 1,
  isByName: true,
  begin: stack => spoil(stack, { kind: 'delayAnswers', delayMs: 35_000 }),
}

/** Answers end in the middle of a frame. */
export const cutAnswers: Fault = {
  kind: 'cut-answers',
  hits: 'proxy',
  lengthMs: [2_000, 5_000],
  weight: 1,
  begin: stack => spoil(stack, { kind: 'cutAnswers', oneIn: 50 }),
}

/** Noise instead of an answer. */
export const garbledAnswers: Fault = {
  kind: 'garbled-answers',
  hits: 'proxy',
  lengthMs: [2_000, 5_000],
  weight: 1,
  isByName: true,
  begin: stack => spoil(stack, { kind: 'garbleAnswers', oneIn: 20 }),
}

/** No byte and no end: only a deadline of the frontends finds out. */
export const silentLink: Fault = {
  kind: 'silent-link',
  hits: 'proxy',
  lengthMs: [1_000, 3_000],
  weight: 1,
  begin: stack => spoil(stack, { kind: 'halfOpen' }),
}
