/**
 * Requests with many messages, in all their forms, some with a record that must be refused, some left by
 * their publisher in the middle.
 */
import { oneOf, wholeBetween } from '../random.js'
import { kinds, wrongAnswers } from '../records.js'
import { ways } from '../ways.js'
import { bulkSendingOf, type BulkForm, type BulkMessage } from './bulk-body.js'
import { bulkOutcomeOf } from './bulk-answer.js'
import { exchange, type Gate } from './exchange.js'
import {
  beginMessage,
  countOnPace,
  endMessage,
  noteWrong,
  type Begun,
  type Load,
  type Stream,
} from './load.js'

/** Streams of one request. */
export const bulkStreamsMax = 8
const perStreamMax = 3
const ofOneKeyMax = 12
const badShare = 0.15
const hangUpShare = 0.05
const hangUpMs = 15

const shapes: readonly BulkForm['shape'][] = ['plain', 'wrapped', 'many']

interface Sent extends Begun {
  readonly isBad: boolean
}

/** Publishes the next messages of `streams` with one request. Gives false when nobody listened. */
export async function publishMany(load: Load, gate: Gate, streams: readonly Stream[]): Promise<boolean> {
  const { random } = load
  const form = { shape: oneOf(random, shapes), isArray: random() < 0.5 }
  const messages = withBadOne(load, form, begin(load, form, streams))
  countOnPace(load, messages.length - 1)
  const sending = bulkSendingOf(messages.map(partOf), form)
  const leavesMs = random() < hangUpShare ? hangUpMs : 0
  const reply = await exchange(gate, { method: 'POST', ...sending, hangUpMs: leavesMs })
  const { outcomes, wrong } = bulkOutcomeOf(reply, messages.length)
  messages.forEach(({ id, isBad }, index) => {
    const outcome = outcomes[index] ?? { kind: kinds.unknown, status: 0, messageId: '' }
    if (isBad && outcome.kind === kinds.ok) noteWrong(load, id, wrongAnswers.tookBadOne, outcome.status)
    endMessage(load, id, outcome)
  })
  for (const { index, which } of wrong) noteWrong(load, messages[index]?.id ?? 0, which, reply.status)
  return !reply.isUnsent
}

/** The messages of the request in the order of its records: several of a key, the keys mixed. */
function begin(load: Load, { shape }: BulkForm, streams: readonly Stream[]): readonly Sent[] {
  const { random } = load
  const [first] = streams
  const own = streams.filter(each => (shape === 'wrapped' ? each.topic === first?.topic : true))
  const chosen = shape === 'plain' ? own.slice(0, 1) : own
  const max = shape === 'plain' ? ofOneKeyMax : perStreamMax
  const turns = chosen.flatMap(stream => Array<Stream>(wholeBetween(random, 1, max)).fill(stream))
  turns.sort((one, other) => (one === other ? 0 : random() - 0.5))
  return turns.map(stream => ({ ...beginMessage(load, stream), isBad: false }))
}

/** Puts a record that must be refused into some requests. A plain array cannot hold one. */
function withBadOne(load: Load, form: BulkForm, messages: readonly Sent[]): readonly Sent[] {
  const { random, order } = load
  const isPossible = form.shape !== 'plain' || !form.isArray
  const [first] = messages
  if (first === undefined || !isPossible || random() > badShare) return messages
  const topic = order.plan.topics.findIndex(each => each.name === first.topicName)
  // A number beyond those of the keys: it is in nobody's order.
  const nobody = { topic, key: order.keys, way: ways.bulk, sequence: 0 }
  const bad = { ...beginMessage(load, nobody), key: first.key, isBad: true }
  const at = wholeBetween(random, 0, messages.length)
  return [...messages.slice(0, at), bad, ...messages.slice(at)]
}

function partOf({ topicName, key, body, isBad }: Sent): BulkMessage {
  return { topicName, key, body, isBad }
}
