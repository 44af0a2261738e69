/**
 * Receivers that a rate controller must cope with, as scripts.
 * Each gives its answers, and how many messages a second it could take at any time.
 */
import type { Receiver } from './rate-simulation.js'

/** A receiver and what is asked of it. */
export interface Scenario {
  readonly name: string
  /** What the receiver does, as the end of a sentence about it. */
  readonly title: string
  readonly forMs: number
  /** Makes it anew, with the same chances. */
  receiver(): Receiver
  /** Messages a second that could be delivered at this time with the rate `scenarioRate`. */
  ideal(atMs: number): number
}

export const scenarioRate = 200
export const scenarioInflight = 100
/** What the limited receivers take, messages a second. */
export const capacity = 80
/** When the receiver of an outage is away. */
export const outage = { fromMs: 10_000, toMs: 70_000 } as const
/** Up and down for so long in turn. */
export const flapMs = 3_000

const tookMs = 20
const good = { status: 200, afterMs: tookMs } as const
const bad = { status: 500, afterMs: tookMs } as const
const isAway = (atMs: number): boolean => atMs >= outage.fromMs && atMs < outage.toMs
const secondsLeft = (atMs: number): string => String(Math.ceil((outage.toMs - atMs) / 1000))
const isFlappedUp = (atMs: number): boolean => Math.floor(atMs / flapMs) % 2 === 0

export const scenarios = {
  healthy: {
    name: 'healthy',
    title: 'takes every message in 20 ms',
    forMs: 10_000,
    receiver: () => () => good,
    ideal: () => scenarioRate,
  },
  tenthFails: {
    name: 'tenth-fails',
    title: 'fails one attempt in ten, whatever the rate',
    forMs: 60_000,
    receiver() {
      const random = seeded()
      return () => (random() < 0.1 ? bad : good)
    },
    ideal: () => 0.9 * scenarioRate,
  },
  halfFails: {
    name: 'half-fails',
    title: 'fails every second attempt, whatever the rate',
    forMs: 60_000,
    receiver() {
      const random = seeded()
      return () => (random() < 0.5 ? bad : good)
    },
    ideal: () => 0.5 * scenarioRate,
  },
  rejects: {
    name: 'rejects',
    title: `takes ${capacity} messages/s and answers 503 to the rest`,
    forMs: 60_000,
    receiver() {
      const takes = bucket()
      return atMs => (takes(atMs) ? good : { status: 503, afterMs: 5 })
    },
    ideal: () => capacity,
  },
  throttles: {
    name: 'throttles',
    title: `takes ${capacity} messages/s and answers 429 with Retry-After: 1 to the rest`,
    forMs: 60_000,
    receiver() {
      const takes = bucket()
      return atMs => (takes(atMs) ? good : { status: 429, afterMs: 5, retryAfter: '1' })
    },
    ideal: () => capacity,
  },
  asksForTime: {
    name: 'asks-for-time',
    title: 'is away from 10 s to 70 s and says so: 503 with the time left in Retry-After',
    forMs: 100_000,
    receiver: () => atMs =>
      isAway(atMs) ? { status: 503, afterMs: 5, retryAfter: secondsLeft(atMs) } : good,
    ideal: atMs => (isAway(atMs) ? 0 : scenarioRate),
  },
  queues: {
    name: 'queues',
    title: `works on ${capacity} messages/s from 5 s on and lets the rest wait`,
    forMs: 60_000,
    receiver() {
      let freeMs = 0
      return atMs => {
        if (atMs < 5_000) return good
        freeMs = Math.max(freeMs, atMs) + 1000 / capacity
        return { status: 200, afterMs: freeMs - atMs + tookMs }
      }
    },
    ideal: atMs => (atMs < 5_000 ? scenarioRate : capacity),
  },
  slowsDown: {
    name: 'slows-down',
    title: 'takes longer and longer from 10 s to 40 s, 20 ms to 800 ms, whatever the rate',
    forMs: 60_000,
    receiver: () => atMs => ({ status: 200, afterMs: slowAt(atMs) }),
    ideal: atMs => Math.min(scenarioRate, (scenarioInflight * 1000) / slowAt(atMs)),
  },
  dead: {
    name: 'dead',
    title: 'answers 500 to everything from 10 s to 70 s',
    forMs: 100_000,
    receiver: () => atMs => (isAway(atMs) ? bad : good),
    ideal: atMs => (isAway(atMs) ? 0 : scenarioRate),
  },
  hangs: {
    name: 'hangs',
    title: 'accepts and never answers from 10 s to 70 s',
    forMs: 100_000,
    receiver: () => atMs => (isAway(atMs) ? { status: 0, afterMs: Infinity } : good),
    ideal: atMs => (isAway(atMs) ? 0 : scenarioRate),
  },
  flaps: {
    name: 'flaps',
    title: 'is up for 3 s and down for 3 s in turn',
    forMs: 60_000,
    receiver: () => atMs => (isFlappedUp(atMs) ? good : bad),
    ideal: atMs => (isFlappedUp(atMs) ? scenarioRate : 0),
  },
} as const satisfies Record<string, Scenario>

/** Messages that could be delivered in the whole of a scenario. */
export function idealCount({ forMs, ideal }: Scenario): number {
  const stepMs = 10
  let sum = 0
  for (let atMs = 0; atMs < forMs; atMs += stepMs) sum += (ideal(atMs) * stepMs) / 1_000
  return sum
}

function slowAt(atMs: number): number {
  const part = Math.min(1, Math.max(0, (atMs - 10_000) / 30_000))
  return tookMs + part * 780
}

/** A token bucket that holds a tenth of a second. */
function bucket(): (atMs: number) => boolean {
  const tokensMax = capacity / 10
  let tokens = tokensMax
  let lastMs = 0
  return atMs => {
    tokens = Math.min(tokensMax, tokens + ((atMs - lastMs) * capacity) / 1000)
    lastMs = atMs
    if (tokens < 1) return false
    tokens--
    return true
  }
}

/** Numerical Recipes' generator: enough to decide which attempt fails. */
function seeded(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
