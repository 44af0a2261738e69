/**
 * Messages that prefer to be answered before Kafka has them, and the status of those that were accepted.
 * A key stays at one frontend: order is promised within one spool.
 */
import { monotonicMs } from '../monotonic.js'
import { kinds, record, wrongAnswers } from '../records.js'
import { exchange, headerOf, type Gate, type Reply } from './exchange.js'
import { outcomeOf } from './judgement.js'
import { isWaitingKey } from '../ways.js'
import { beginMessage, endMessage, noteWrong, type Load, type Stream } from './load.js'
import { statusOf, type StatusAnswer } from './status-answer.js'

/** Of the messages that were accepted, so many are asked for at the end. */
const questionsMax = 400
const askersMax = 8
const triesMax = 5

/** Publishes the next message of `stream`. Gives false when nobody listened. */
export async function publishSpooled(load: Load, stream: Stream): Promise<boolean> {
  const gate = load.gates[stream.key % load.gates.length] as Gate
  const isWaiting = isWaitingKey(stream.key)
  const { id, topicName, key, body } = beginMessage(load, stream)
  const headers = {
    'Content-Type': 'application/json',
    'Partition-Key': key,
    Prefer: isWaiting ? 'respond-async, wait=2' : 'respond-async',
  }
  const path = `/topics/${topicName}`
  const reply = await exchange(gate, { method: 'POST', path, headers, body, hangUpMs: 0 })
  endMessage(load, id, outcomeOf(reply, [201, 202]))
  noteAccepted(load, id, reply, isWaiting)
  return !reply.isUnsent
}

function noteAccepted(load: Load, id: number, reply: Reply, isWaiting: boolean): void {
  const location = headerOf(reply, 'location')
  const isApplied = headerOf(reply, 'preference-applied') === 'respond-async'
  const isWrong = reply.status === 201 ? !isWaiting : reply.status === 202 && (location === '' || !isApplied)
  if (isWrong) noteWrong(load, id, wrongAnswers.unlikePreferred, reply.status)
  if (reply.status === 202) load.accepted.push({ id, location })
}

/** Asks for the status of accepted messages, spread over the whole load, and writes the answers down. */
export async function askForStatus(load: Load): Promise<number> {
  const step = Math.max(1, load.accepted.length / questionsMax)
  const count = Math.min(load.accepted.length, questionsMax)
  const questions = Array.from({ length: count }, (_, index) => load.accepted[Math.floor(index * step)])
  const asker = async (): Promise<void> => {
    for (let each = questions.pop(); each !== undefined; each = questions.pop()) await ask(load, each)
  }
  await Promise.all(Array.from({ length: askersMax }, asker))
  return count
}

async function ask(load: Load, { id, location }: { id: number; location: string }): Promise<void> {
  let answer: StatusAnswer | null = null
  for (let tries = 0; answer === null && tries < triesMax; tries++) {
    const gate = load.gates[(id + tries) % load.gates.length] as Gate
    const question = {
      method: 'GET',
      path: location,
      headers: {},
      body: Buffer.alloc(0),
      hangUpMs: 0,
    } as const
    answer = statusOf(await exchange(gate, question), load.order.plan)
  }
  const { state, partition, offset, subscriptions } = answer ?? unanswered
  const time = monotonicMs()
  load.history.append(record({ kind: kinds.status, id, detail: state, partition, other: offset, time }))
  for (const { subscription, state: detail } of subscriptions) {
    load.history.append(record({ kind: kinds.subscriptionStatus, id, subject: subscription, detail, time }))
  }
}

const unanswered: StatusAnswer = { state: 0, partition: 0, offset: -1, subscriptions: [] }
