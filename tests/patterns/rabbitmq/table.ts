// pure
/**
 * The generated table of the comparison: one topology, and messages drawn from a seed.
 * Gives the same table on every machine. Bindings and messages share a small alphabet, empty words among it,
 * so that most patterns meet both.
 */
import { seededRandom, wholeBetween } from '@iris/common/time/seeded-random'
import type { Binding, Message, Topology } from './topology.js'

/** Changing it asks for new answers of RabbitMQ. */
const seed = 5672
/** The messages of an exchange, one after the other. */
const messagesOfEach = 60
const drawnQueues = 24
const words = ['order', 'new', 'paid', 'pl', 'de', 'x1', ''] as const
const longWord = 'w'.repeat(120)
/** As long as AMQP lets a routing key be. */
const longestKey = `${longWord}.${longWord}.${'e'.repeat(13)}`
const headerValues = {
  format: ['pdf', 'zip'],
  type: ['report', 'log'],
  'x-kind': ['a', 'b'],
} as const

type Random = () => number
type Headers = Readonly<Record<string, string>>

const pick = <T>(random: Random, list: readonly T[]): T => list[wholeBetween(random, 0, list.length - 1)] as T
const queue = (name: string): Binding['to'] => ({ queue: name })
const bound = (from: string, to: string, ...keys: string[]): readonly Binding[] =>
  keys.map(key => ({ from, to: queue(to), key }))
const matched = (to: string, ...tables: Headers[]): readonly Binding[] =>
  tables.map(table => ({ from: 'headers', to: queue(to), key: 'any', arguments: table }))
const chained = (from: string, exchange: string, key: string): Binding => ({ from, to: { exchange }, key })

/** What the lecture and the manual of RabbitMQ show, and what lies at the edges. */
const named: readonly Binding[] = [
  ...bound('direct', 'd-red', 'red'),
  ...bound('direct', 'd-blue-or-order', 'blue', 'order.new'),
  ...bound('direct', 'd-literal', '*.new', '#'),
  ...bound('direct', 'd-empty', ''),
  ...bound('topic', 't-one-between', 'order.*.pl'),
  ...bound('topic', 't-all-orders', 'order.#'),
  ...bound('topic', 't-all', '#'),
  ...bound('topic', 't-one-word', '*'),
  ...bound('topic', 't-some-word', '*.#'),
  ...bound('topic', 't-around', '#.new.#'),
  ...bound('topic', 't-two-keys', 'order.new', '*.*.de'),
  ...bound('topic', 't-empty', ''),
  ...bound('topic', 't-longest', longestKey, `*.*.${'e'.repeat(13)}`),
  ...bound('fanout', 'f-one', 'red'),
  ...bound('fanout', 'f-two', '', 'order.#'),
  ...matched('h-all', { 'x-match': 'all', format: 'pdf', type: 'report' }),
  ...matched('h-any', { 'x-match': 'any', format: 'pdf', type: 'report' }),
  ...matched('h-default', { format: 'zip' }),
  ...matched('h-all-of-none', { 'x-match': 'all' }),
  ...matched('h-any-of-none', { 'x-match': 'any' }),
  ...matched('h-all-with-x', { 'x-match': 'all-with-x', 'x-kind': 'a', format: 'pdf' }),
  ...matched('h-any-with-x', { 'x-match': 'any-with-x', 'x-kind': 'b', type: 'log' }),
  ...matched('h-two-bindings', { format: 'zip', type: 'log' }, { 'x-match': 'any', type: 'report' }),
]

/** Exchanges bound to exchanges; two ways lead to the queue `c-once`. */
const chains: readonly Binding[] = [
  chained('ex1', 'ex2', 'order.#'),
  chained('ex2', 'ex3', ''),
  ...bound('ex1', 'c-once', '#'),
  ...bound('ex2', 'c-once', ''),
  ...bound('ex3', 'c-end', '*.new'),
]

/** A topology, its messages, and which of its queues were drawn rather than named. */
export interface Table {
  readonly topology: Topology
  readonly messages: readonly Message[]
  isDrawn(queue: string): boolean
}

/** Makes the table. */
export function comparisonTable(): Table {
  const random = seededRandom(seed)
  const drawn = Array.from({ length: drawnQueues }, (_, index) => drawnBindings(random, index)).flat()
  const exchanges: Topology['exchanges'] = {
    ...{ direct: 'direct', topic: 'topic', fanout: 'fanout', headers: 'headers' },
    ...{ ex1: 'topic', ex2: 'fanout', ex3: 'topic' },
  }
  const published = ['direct', 'topic', 'fanout', 'headers', 'ex1'] as const
  const messages = published.flatMap(exchange =>
    Array.from({ length: messagesOfEach }, (_, index) => drawnMessage(random, exchange, index)),
  )
  return {
    topology: { exchanges, bindings: [...named, ...chains, ...drawn] },
    messages,
    isDrawn: name => name.startsWith('drawn'),
  }
}

function drawnBindings(random: Random, index: number): readonly Binding[] {
  const to = `drawn-${index}`
  const count = wholeBetween(random, 1, 2)
  if (index % 3 === 0) return matched(to, ...Array.from({ length: count }, () => drawnArguments(random)))
  const keys = Array.from({ length: count }, () => drawnPattern(random))
  return bound(index % 3 === 1 ? 'topic' : 'ex3', to, ...new Set(keys))
}

function drawnPattern(random: Random): string {
  const length = wholeBetween(random, 0, 4)
  return Array.from({ length }, () => pick(random, ['*', '#', ...words])).join('.')
}

function drawnArguments(random: Random): Headers {
  const xMatch = pick(random, ['all', 'any', 'all-with-x', 'any-with-x'])
  const headers = drawnHeaders(random)
  if (xMatch.endsWith('-with-x')) return { 'x-match': xMatch, ...headers }
  // RabbitMQ passes over such names here, and Iris refuses them, so that nobody wonders.
  const seen = Object.entries(headers).filter(([name]) => !name.startsWith('x-'))
  return { 'x-match': xMatch, ...Object.fromEntries(seen) }
}

function drawnHeaders(random: Random): Record<string, string> {
  const entries = Object.entries(headerValues).filter(() => random() < 0.6)
  return Object.fromEntries(entries.map(([name, values]) => [name, pick<string>(random, values)]))
}

/** The first keys are the ones that bindings name; the others are drawn. */
function drawnMessage(random: Random, exchange: string, index: number): Message {
  const known = ['', 'red', 'blue', 'order.new', '*.new', '#', 'order.new.pl', 'order', '.', longestKey]
  const length = wholeBetween(random, 0, 4)
  const drawnKey = Array.from({ length }, () => pick(random, words)).join('.')
  return { exchange, key: known[index] ?? drawnKey, headers: drawnHeaders(random) }
}
