// pure
/**
 * Exchanges, bindings and queues as RabbitMQ has them, in the terms of Iris: an exchange is a topic, a queue
 * bound to it is a subscription with filters, a binding to another exchange is a subscription that forwards.
 * Takes a topology. Gives the filters that stand for bindings, and what Iris makes of a message by them.
 */
import { compileFilters, createInspector } from '@iris/common/filter/filters'

export type ExchangeType = 'direct' | 'topic' | 'fanout' | 'headers'

/** A filter of a subscription. */
export type Filter = Readonly<Record<string, unknown>>

/** `arguments` are those of a headers exchange: `x-match` and the headers, as texts. */
export interface Binding {
  readonly from: string
  readonly to: { readonly queue: string } | { readonly exchange: string }
  readonly key: string
  readonly arguments?: Readonly<Record<string, string>>
}

export interface Topology {
  readonly exchanges: Readonly<Record<string, ExchangeType>>
  readonly bindings: readonly Binding[]
}

export interface Message {
  readonly exchange: string
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
}

const routingKey = 'Routing-Key'

/** What a binding to an exchange of this type asks of a message; empty where it takes all. */
function filtersOf(type: ExchangeType, binding: Binding): readonly Filter[] {
  switch (type) {
    case 'fanout':
      return []
    case 'direct':
      return [{ type: 'headers', match: { [routingKey]: binding.key } }]
    case 'topic':
      return [{ type: 'pattern', header: routingKey, pattern: binding.key }]
    case 'headers': {
      const { 'x-match': xMatch = 'all', ...match } = binding.arguments ?? {}
      return [{ type: 'headers', match, xMatch }]
    }
  }
}

/** The filters of one target of an exchange, which any of several bindings lets a message through to. */
function filtersOfAll(type: ExchangeType, bindings: readonly Binding[]): readonly Filter[] {
  const each = bindings.map(binding => filtersOf(type, binding))
  const [first] = each
  if (first === undefined || each.some(filters => filters.length === 0)) return []
  return each.length === 1 ? first : [{ type: 'or', filters: each.flat() }]
}

/** Bindings that share where they come from and where they lead. */
export interface Route {
  readonly from: string
  readonly to: Binding['to']
  readonly filters: readonly Filter[]
}

/** The subscriptions that stand for the bindings of a topology. */
export function routesOf({ exchanges, bindings }: Topology): readonly Route[] {
  const idOf = ({ from, to }: Binding): string => JSON.stringify([from, to])
  return bindings.flatMap((binding, index) => {
    const group = bindings.filter(each => idOf(each) === idOf(binding))
    if (bindings.indexOf(group[0] ?? binding) < index) return []
    const { from, to } = binding
    return [{ from, to, filters: filtersOfAll(exchanges[from] ?? 'fanout', group) }]
  })
}

/** Gives the queues that Iris' filters bring a message to, over all forwards, in the order of their names. */
export function irisRouter(topology: Topology): (message: Message) => readonly string[] {
  const inspector = createInspector()
  const routes = routesOf(topology).map(route => {
    const compiled = compileFilters(route.filters, 'JSON')
    if (compiled !== null && 'problem' in compiled) throw new Error(compiled.problem)
    return { ...route, compiled }
  })
  return message => {
    const lines = message.key === '' ? [] : [routingKey, message.key]
    const propagated = [...lines, ...Object.entries(message.headers).flat()]
    const filtered = { body: Buffer.from('{}'), avro: null, propagated }
    const queues = new Set<string>()
    const seen = new Set<string>()
    const visit = (exchange: string): void => {
      if (seen.has(exchange)) return
      seen.add(exchange)
      for (const { from, to, compiled } of routes) {
        if (from !== exchange) continue
        if (compiled !== null && inspector.judge(compiled, filtered).kind !== 'passed') continue
        if ('queue' in to) queues.add(to.queue)
        else visit(to.exchange)
      }
    }
    visit(message.exchange)
    return [...queues].sort()
  }
}
