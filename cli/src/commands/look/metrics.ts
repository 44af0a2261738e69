/**
 * Topics and subscriptions with their metrics, as management answers queries.
 * Takes a query. Gives objects as management says them.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { succeeded, type Rest } from '../../management/rest.js'
import { rateText, rowsIn, textIn } from '../../show/words.js'

type Kind = 'topics' | 'subscriptions'

/** Definitions and metrics of all that the query means, joined by name and in its order. */
export async function withMetrics(
  management: Rest,
  kind: Kind,
  query: JsonObject,
): Promise<readonly JsonObject[]> {
  const [definitions, metrics] = await Promise.all([
    ask(management, `/query/${kind}`, query),
    ask(management, `/query/${kind}/metrics`, query),
  ])
  const byName = new Map(metrics.map(each => [keyOf(each), each]))
  return definitions
    .map(each => ({ ...each, metrics: byName.get(keyOf(each)) ?? {} }))
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
}

/** Objects that a query of management means. */
export async function ask(management: Rest, path: string, query: JsonObject): Promise<readonly JsonObject[]> {
  return rowsIn(succeeded('Not listed', await management({ method: 'POST', path, body: { query } })))
}

/** Names in which the text stands, whatever the case of its letters. */
export function contains(text: string): JsonObject {
  return { like: `(?i).*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*` }
}

/** Of metrics: a rate, or `-`. */
export function rateIn(thing: JsonObject, name: string): string {
  const { metrics } = thing
  return rateText(isJsonObject(metrics) ? metrics[name] : undefined)
}

/** The lag of a subscription with its metrics; null where nobody knows. */
export function lagIn({ metrics }: JsonObject): number | null {
  const lag = Number(isJsonObject(metrics) ? metrics['lag'] : undefined)
  return Number.isFinite(lag) && lag >= 0 ? lag : null
}

/** `Shop team`, of a topic or a subscription. */
export function ownerOf({ owner }: JsonObject): string {
  return isJsonObject(owner) ? String(owner['id']) : '-'
}

function keyOf({ topicName, name }: JsonObject): string {
  return topicName === undefined ? String(name) : `${textIn(topicName)}$${textIn(name)}`
}
