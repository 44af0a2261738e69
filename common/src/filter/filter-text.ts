// pure
/**
 * Filters as they are written in the query of an address.
 * Takes a text: `PATH=VALUE` such as `$.sender=anna`, a filter of subscriptions as JSON, or a list of them.
 * Gives the filters; null for anything else.
 */
import type { ContentType } from '../domain/topic-form.js'
import { isJsonObject, type JsonObject } from '../domain/json-shapes.js'

const fieldShape = /^(\$[^=]*)=(.*)$/s

/** Reads one parameter. */
export function filtersOfText(text: string): readonly JsonObject[] | null {
  const [, path, value = ''] = fieldShape.exec(text) ?? []
  if (path !== undefined) return [{ type: 'jsonpath', path, matcher: literalPattern(value) }]
  const parsed = jsonOf(text)
  const list: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  return list.length > 0 && list.every(isJsonObject) ? list : null
}

/** A regular expression that only this text matches. */
export function literalPattern(value: string): string {
  return value.replace(/[\\^$.|?*+()[\]{}&~#-]/g, '\\$&')
}

/** `PATH=VALUE` is written the same for both kinds of topics. */
export function filtersForTopic(
  filters: readonly JsonObject[],
  contentType: ContentType,
): readonly JsonObject[] {
  if (contentType !== 'AVRO') return filters
  return filters.map(filter => {
    const { type, path } = filter
    if (type !== 'jsonpath' || typeof path !== 'string' || !path.startsWith('$')) return filter
    return { ...filter, type: 'avropath', path: path.slice(1) }
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
