/**
 * Messages for later; some are taken back, at any moment between their acceptance and their time.
 */
import { systemClock } from '@iris/common/time/clock'
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from '../monotonic.js'
import { wholeBetween } from '../random.js'
import { kinds, record, wrongAnswers } from '../records.js'
import { exchange, headerOf, type Gate } from './exchange.js'
import { outcomeOf } from './judgement.js'
import { beginMessage, endMessage, noteWrong, runBeside, type Load, type Stream } from './load.js'

const aheadMs = { min: 1_000, max: 8_000 }
/** Nothing is due much later than the load ends, as long as it ends in time. */
const afterEndMs = 1_500
const cancelShare = 0.25
/** A cancel may come too late. */
const afterDueMs = 300
const cancelTriesMax = 12
const cancelRestMs = 500

/** Publishes the next message of `stream` for later. Gives false when nobody listened. */
export async function publishScheduled(load: Load, gate: Gate, stream: Stream): Promise<boolean> {
  const { random } = load
  const isLength = random() < 0.3
  const untilEndMs = load.begunAt + load.order.seconds * 1000 + afterEndMs - monotonicMs()
  const most = Math.min(aheadMs.max, Math.max(aheadMs.min, untilEndMs))
  const ahead = wholeBetween(random, aheadMs.min, Math.floor(most))
  const seconds = Math.ceil(ahead / 1000)
  const due = monotonicMs() + (isLength ? seconds * 1000 : ahead)
  const dueWallMs = Math.ceil(due - monotonicMs() + systemClock.now())
  const { id, topicName, key, body } = beginMessage(load, stream, due)
  const headers = {
    'Content-Type': 'application/json',
    'Partition-Key': key,
    ...(isLength ? { 'Deliver-After': `${seconds}` } : { 'Deliver-At': `${dueWallMs}` }),
  }
  const path = `/topics/${topicName}`
  const reply = await exchange(gate, { method: 'POST', path, headers, body, hangUpMs: 0 })
  endMessage(load, id, outcomeOf(reply))
  load.lastDueAt = Math.max(load.lastDueAt, due)
  const scheduleId = headerOf(reply, 'schedule-id')
  if (scheduleId !== '' && random() < cancelShare)
    runBeside(load, cancel(load, { id, path, scheduleId, due }))
  return !reply.isUnsent
}

interface Cancelled {
  readonly id: number
  readonly path: string
  readonly scheduleId: string
  readonly due: number
}

/** Takes a message back at some moment, and asks again until it is known whether that was in time. */
async function cancel(load: Load, { id, path, scheduleId, due }: Cancelled): Promise<void> {
  const restMs = load.random() * (due + afterDueMs - monotonicMs())
  await sleep(systemScheduler, Math.max(0, restMs))
  const deletion = { method: 'DELETE', headers: {}, body: Buffer.alloc(0), hangUpMs: 0 } as const
  for (let tries = 1; ; tries++) {
    const { status } = await exchange(load.management, {
      ...deletion,
      path: `${path}/scheduled/${scheduleId}`,
    })
    const isKnown = status === 200 || status === 409 || status === 404
    if (!isKnown && tries < cancelTriesMax) {
      await sleep(systemScheduler, cancelRestMs)
      continue
    }
    if (status === 404) noteWrong(load, id, wrongAnswers.forgotten, status)
    load.history.append(record({ kind: kinds.cancelled, id, status, time: monotonicMs() }))
    return
  }
}
