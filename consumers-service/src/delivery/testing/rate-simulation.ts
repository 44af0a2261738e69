/**
 * One subscription with a backlog, delivered by the real pipeline to a scripted receiver, under virtual time.
 * Takes a controller, limits and a receiver. Gives what happened each tenth of a second.
 * Promises: no real time and no chance: the seed of the receiver decides everything.
 */
import type { AttemptResult } from '@iris/common/http/client'
import { wrapEnvelope } from '@iris/common/kafka/envelope'
import type { LogEntry } from '@iris/common/kafka/log-entry'
import { createVirtualTime } from '@iris/common/time/virtual-time'
import type { Letter } from '../letter.js'
import { createPaceMaker } from '../pace/pace-maker.js'
import type { PaceStatus } from '../pace/pace.js'
import { noParking } from '../parking.js'
import { isInDoubt, PartitionWork } from '../partition-work.js'
import { createPipeline } from '../pipeline.js'
import { createWindow } from '../settle.js'
import { createScriptedOutside, paceOptions } from './outside.js'
import { answerOf, basePlan } from './pipeline-world.js'

/** What the receiver does with a request. */
export interface ReceiverAnswer {
  readonly status: number
  readonly afterMs: number
  /** Text of the header. */
  readonly retryAfter?: string
}

/** Asked for each request, in the order of their arrival; times in milliseconds since the begin. */
export type Receiver = (atMs: number, offset: number) => ReceiverAnswer

export interface SimulationOptions {
  readonly controller: 'adaptive' | 'hermes'
  readonly rate: number
  readonly inflightMax: number
  readonly forMs: number
  readonly receiver: Receiver
  /** Messages published a second; a backlog that never ends when left out. */
  readonly traffic?: number
}

/** A tenth of a second. */
export interface Sample {
  readonly atMs: number
  /** The rate that the controller allows. */
  readonly rate: number
  readonly mode: PaceStatus['mode']
  readonly attempts: number
  readonly delivered: number
}

export interface Simulation {
  readonly samples: readonly Sample[]
  /** When each attempt began, and when each message was delivered; and how long after its publishing. */
  readonly attemptsMs: readonly number[]
  readonly deliveredMs: readonly number[]
  readonly delaysMs: readonly number[]
  readonly failedCount: number
  readonly deadCount: number
  readonly status: PaceStatus
}

export const sampleMs = 100
const requestTimeoutMs = 1_000

/** Runs it. */
export async function simulateRate(options: SimulationOptions): Promise<Simulation> {
  const { rate, inflightMax, forMs, traffic = Infinity } = options
  const time = createVirtualTime()
  const policy = {
    ...basePlan.policy,
    ...{ rate, inflightMax, requestTimeoutMs, messageTtlMs: 3_600_000 },
    backoff: { firstMs: 100, factor: 1, capMs: 600_000 },
  }
  const plan = { ...basePlan, policy, trackingMode: 'trackingOff' as const }
  const { parts, dead } = createScriptedOutside(plan, {}, time)
  const attemptsMs: number[] = []
  const deliveredMs: number[] = []
  const delaysMs: number[] = []
  let failedCount = 0
  const send = (letter: Letter): void => {
    attemptsMs.push(time.monotonic())
    const { status, afterMs, retryAfter = null } = options.receiver(time.monotonic(), letter.entry.offset)
    const result: AttemptResult =
      afterMs >= requestTimeoutMs
        ? { kind: 'timeout', afterMs: requestTimeoutMs, detail: 'no answer in time' }
        : answerOf(status, { retryAfter })
    time.after(Math.min(afterMs, requestTimeoutMs), () => {
      if (result.kind === 'answer' && status < 300) {
        deliveredMs.push(time.monotonic())
        delaysMs.push(time.monotonic() - (letter.entry.offset * 1000) / traffic)
      } else failedCount++
      letter.done(result)
    })
  }
  const pipeline = createPipeline(
    {
      ...parts,
      delays: { postpone: () => undefined },
      parking: noParking,
      sender: { send, update: () => undefined, stop: () => undefined },
      waitingBudget: { messagesMax: 10_000, bytesMax: 1e9, messages: 0, bytes: 0 },
      pace: createPaceMaker(parts, { ...paceOptions, controller: options.controller })(plan, parts.log),
    },
    plan,
  )
  const status = (): PaceStatus => pipeline.status().pace
  const samples: Sample[] = []
  let seen = { attempts: 0, delivered: 0 }
  const sample = (): void => {
    const now = { attempts: attemptsMs.length, delivered: deliveredMs.length }
    const { rate: rateNow, mode } = status()
    samples.push({
      ...{ atMs: time.monotonic(), rate: rateNow, mode },
      attempts: now.attempts - seen.attempts,
      delivered: now.delivered - seen.delivered,
    })
    seen = now
  }
  const work = endlessPartition(() => (traffic === Infinity ? Infinity : (time.monotonic() * traffic) / 1000))
  sample()
  time.every(sampleMs, sample)
  time.every(sampleMs / 10, () => {
    if (work.isReady) return
    work.isReady = true
    pipeline.wake()
  })
  pipeline.add(work)
  await time.advance(forMs)
  pipeline.stop()
  return { samples, attemptsMs, deliveredMs, delaysMs, failedCount, deadCount: dead.length, status: status() }
}

/** A partition that holds as many messages as `published` says. */
function endlessPartition(published: () => number): PartitionWork {
  const value = Buffer.concat(
    wrapEnvelope({ timestampMs: 0, id: 'id', externalMetadata: {} }, Buffer.from('"body"')),
  )
  const window = createWindow({
    offset: 0,
    note: null,
    wallLeadMs: 0,
    unsettledMax: 2_000,
    endsTogether: false,
  })
  const isDoubtful = (each: PartitionWork): boolean => isInDoubt(each, true)
  return new PartitionWork({ partition: 0, window, lock: 1, offset: 0, isDoubtful }).follow({
    next: () => (window.next() < published() ? entryAt(window.next(), value) : null),
    get position() {
      return window.next()
    },
    endOffset: -1,
    seek: () => undefined,
    close: () => undefined,
  })
}

function entryAt(offset: number, value: Buffer): LogEntry {
  const entry: LogEntry = {
    ...{ topic: 'g.t', partition: 0, offset, lastOffset: offset, timestampMs: 0 },
    ...{ key: null, value, problem: null },
    header: () => null,
    headers: () => [],
    detach: () => entry,
  }
  return entry
}
