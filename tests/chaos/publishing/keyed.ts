/**
 * Messages with an `Idempotency-Key`, sent again and again until their publisher has heard 201, at any
 * frontend, some at two of them at once, some once more after their 201.
 */
import { sleep, systemScheduler } from '@iris/common/time/scheduler'
import { monotonicMs } from '../monotonic.js'
import { oneOf, wholeBetween } from '../random.js'
import { kinds, record, wrongAnswers } from '../records.js'
import { fingerprint } from '../fingerprint.js'
import { exchange, type Gate, type Reply } from './exchange.js'
import { outcomeOf } from './judgement.js'
import { gatherTries, type Tries } from './keyed-tries.js'
import { beginMessage, endMessage, noteWrong, type Begun, type Load, type Stream } from './load.js'

const triesMax = 60
/** Longer than any fault and what comes after it: a key that is not heard of then stays unknown. */
const giveUpMs = 25_000
const restMs = { min: 100, max: 600 }
const atOnceShare = 0.1
const onceMoreShare = 0.3
const hangUpShare = 0.1
const hangUpMs = { min: 1, max: 20 }

/** Publishes the next message of `stream` until it is surely stored, surely not, or time is up. */
export async function publishKeyed(load: Load, gate: Gate, stream: Stream): Promise<boolean> {
  const message = beginMessage(load, stream)
  const until = monotonicMs() + giveUpMs
  let tries = gatherTries(null, [])
  let next = gate
  for (let count = 0; count < triesMax && !tries.isOver && monotonicMs() < until; count++) {
    if (count > 0) await sleep(systemScheduler, wholeBetween(load.random, restMs.min, restMs.max))
    const gates = load.random() < atOnceShare ? load.gates : [next]
    const replies = await Promise.all(gates.map(each => send(load, each, message)))
    noteAnswers(load, message, replies)
    tries = gatherTries(
      tries,
      replies.map(each => outcomeOf(each)),
    )
    next = oneOf(load.random, load.gates)
  }
  end(load, message, tries)
  if (tries.outcome.kind === kinds.ok && load.random() < onceMoreShare) {
    noteAnswers(load, message, [await send(load, oneOf(load.random, load.gates), message)])
  }
  return true
}

function end(load: Load, { id }: Begun, { outcome }: Tries): void {
  const { status } = outcome
  // The key is new and the body never changes: nothing but a fault may refuse it.
  if (outcome.kind === kinds.refused && status !== 0 && status !== 503) {
    noteWrong(load, id, wrongAnswers.refusedKey, status)
  }
  endMessage(load, id, outcome)
}

/** Every 201 is written down: all of a key must name one message. */
function noteAnswers({ history }: Load, { id }: Begun, replies: readonly Reply[]): void {
  for (const { kind, status, messageId } of replies.map(each => outcomeOf(each))) {
    if (kind !== kinds.ok) continue
    const named = fingerprint(messageId)
    history.append(record({ kind: kinds.again, id, status, messageId: named, time: monotonicMs() }))
  }
}

function send({ random, order }: Load, gate: Gate, message: Begun): Promise<Reply> {
  const headers = {
    'Content-Type': 'application/json',
    'Partition-Key': message.key,
    'Idempotency-Key': `"chaos-${order.plan.seed}-${message.id}"`,
  }
  const leavesMs = random() < hangUpShare ? wholeBetween(random, hangUpMs.min, hangUpMs.max) : 0
  const path = `/topics/${message.topicName}`
  return exchange(gate, { method: 'POST', path, headers, body: message.body, hangUpMs: leavesMs })
}
