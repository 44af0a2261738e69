// pure
/**
 * The filters of a subscription: which of a topic's messages it gets.
 * Takes their definitions once, then messages. Gives for each message: passed, filtered out and by which
 * type, or why that cannot be told. Promises: never throws; a message costs at most `effortMax` steps and is
 * read as JSON at most once, and only if a filter looks into it.
 */
import type { JsonObject } from '../domain/json-shapes.js'
import type { AvroSource } from '../kafka/open-entry.js'
import { firstHeaderValue } from '../http/raw-headers.js'
import { avroJson } from '../schema/avro/read.js'
import type { ContentType } from '../domain/topic-form.js'
import type { InspectedMessage } from './checks.js'
import { createEffort, FilterFailure } from './effort.js'
import { readFilterForms, type NamedCheck } from './filter-forms.js'
import { createJsonDocument, type JsonDocument } from './json-document.js'
import { createPathSearch } from './path-search.js'

/** A message before anything was converted. */
export interface FilteredMessage {
  readonly body: Buffer
  /** The record that it is in an AVRO topic, which filters look into instead of the body; null for JSON. */
  readonly avro: AvroSource | null
  /** Header lines that the publisher sent along: name, value, name, value, …; null when there are none. */
  readonly propagated: readonly string[] | null
}

/** What comes of a message. */
export type FilterOutcome =
  | { readonly kind: 'passed' }
  /** `by` is the type of the filter that it did not pass. */
  | { readonly kind: 'filtered'; readonly by: string }
  /** Nobody can tell: a dead letter, never a silent drop. */
  | { readonly kind: 'failed'; readonly problem: string }

/** The filters of one subscription, made for many messages. */
export type CompiledFilters = readonly (NamedCheck & { readonly filtered: FilterOutcome })[]

/** Compiles filters; null where there are none; `{ problem }` where one cannot be used. */
export function compileFilters(
  filters: readonly JsonObject[],
  contentType: ContentType,
): CompiledFilters | null | { readonly problem: string } {
  if (filters.length === 0) return null
  const checks = readFilterForms(filters, contentType)
  if ('problem' in checks) return checks
  return checks.map(each => ({ ...each, filtered: { kind: 'filtered', by: each.type } }))
}

/** Judges messages one after the other. */
export interface Inspector {
  judge(filters: CompiledFilters, message: FilteredMessage): FilterOutcome
  /** Steps that the last judgement took. */
  spent(): number
}

const passed: FilterOutcome = { kind: 'passed' }
const nothing: FilteredMessage = { body: Buffer.alloc(0), avro: null, propagated: null }
/** Bytes of a body that are read in the time of a step. */
const bytesPerStep = 4

/** Makes an inspector; one serves all subscriptions of a process, since a judgement never waits. */
export function createInspector(): Inspector {
  const document = createJsonDocument()
  const effort = createEffort()
  let message = nothing
  let isRead = false

  const read = (): JsonDocument => {
    if (isRead) return document
    const { avro } = message
    // The whole record, metadata included; it was read before, so it is one.
    const body = avro === null ? message.body : Buffer.from(avroJson(avro.known.schema, avro.record))
    effort.spend(Math.ceil(body.length / bytesPerStep))
    const problem = document.read(body)
    if (problem !== null) throw new FilterFailure(problem)
    isRead = true
    return document
  }
  const inspected: InspectedMessage = {
    effort,
    search: createPathSearch(document, effort),
    document: read,
    header(name) {
      const lines = message.propagated ?? []
      for (let index = 0; index < lines.length; index += 2)
        if (lines[index] === name) return lines[index + 1] ?? null
      return null
    },
    headerInAnyCase: lowerName => firstHeaderValue(message.propagated ?? [], lowerName) ?? null,
  }

  return {
    judge(filters, next) {
      message = next
      effort.reset()
      try {
        for (const each of filters) if (!each.check(inspected)) return each.filtered
        return passed
      } catch (error) {
        if (error instanceof FilterFailure) return { kind: 'failed', problem: error.message }
        throw error
      } finally {
        document.forget()
        isRead = false
        message = nothing
      }
    },
    spent: effort.spent,
  }
}
