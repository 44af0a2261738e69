// pure
/**
 * What a reader asks for.
 * Takes the query and the header `Last-Event-ID`. Gives where to begin, in which form, and which messages.
 * Refuses what it does not know, and every value that it cannot read, with the parameter's name.
 * Promises: `Last-Event-ID` comes before what the address says, because a browser that connects again sends
 * the first address with it.
 */
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { filtersOfText, literalPattern } from '@iris/common/filter/filter-text'
import { isoMs } from '../schedule/deliver-headers.js'
import type { StreamForm } from './forms.js'
import { readPosition, startText, type Positions } from './position.js'

/** Where reading begins. */
export type Start =
  | { readonly kind: 'latest' }
  | { readonly kind: 'earliest' }
  | { readonly kind: 'time'; readonly timeMs: number }
  | { readonly kind: 'position'; readonly text: string; readonly next: Positions }
  | { readonly kind: 'replay'; readonly count: number }

/** Which messages, and in which form. */
export interface Choice {
  readonly form: StreamForm
  /** As a subscription has them; a message must pass all. */
  readonly filters: readonly JsonObject[]
  /** The key that a message must have; null for any. */
  readonly key: string | null
}

export interface StreamWish extends Choice {
  readonly start: Start
  /** Listeners of one group share its messages; null for who hears all. */
  readonly group: string | null
}

export interface PullWish extends Choice {
  readonly start: Start
  readonly max: number
  /** How long to wait for a first message. */
  readonly waitMs: number
}

/** The most messages that `replay` and `max` ask for. */
export const messagesMax = 1_000
const pullDefault = 100
export const waitMsMax = 30_000
const lettersMax = 16_384

const choiceNames = ['filter', 'header', 'key']
const streamNames = new Set([...choiceNames, 'from', 'replay', 'group', 'envelope', 'lastEventId'])
const pullNames = new Set([...choiceNames, 'from', 'max', 'wait'])
const repeatable = new Set(['filter', 'header'])

const timeShape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/
const headerShape = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):(.*)$/s
const groupShape = /^[A-Za-z0-9_.-]{1,100}$/
const waitShape = /^(\d{1,6})(ms|s)$/

/** Reads what a listener asks for; `contentType` is its topic's. */
export function readStreamWish(query: URLSearchParams, lastEventId: string | undefined): StreamWish {
  checkNames(query, streamNames)
  const resumed = lastEventId ?? query.get('lastEventId') ?? ''
  const start = startOf(query, 'latest')
  return {
    start: resumed === '' ? start : positionStart(resumed, 'Last-Event-ID'),
    group: groupOf(query),
    ...choiceOf(query),
    form: flagOf(query, 'envelope') ? 'envelope' : 'plain',
  }
}

/** Reads what is asked for in one answer. */
export function readPullWish(query: URLSearchParams): PullWish {
  checkNames(query, pullNames)
  const start = startOf(query, 'earliest')
  const max = query.has('max') ? countOf(query, 'max') : pullDefault
  return { start, max, waitMs: waitOf(query), ...choiceOf(query), form: 'envelope' }
}

function checkNames(query: URLSearchParams, known: ReadonlySet<string>): void {
  let letters = 0
  for (const [name, value] of query) {
    letters += value.length
    if (!known.has(name)) throw wrong(name, `is not known here; known are ${[...known].join(', ')}`)
    if (!repeatable.has(name) && query.getAll(name).length > 1) throw wrong(name, 'must be given once only')
  }
  if (letters > lettersMax)
    throw wrong('filter', `and all others must not be longer than ${lettersMax} letters`)
}

function startOf(query: URLSearchParams, otherwise: 'latest' | 'earliest'): Start {
  const [from, replay] = [query.get('from'), query.get('replay')]
  if (replay !== null) {
    if (from !== null) throw wrong('replay', 'cannot be combined with from')
    return { kind: 'replay', count: countOf(query, 'replay') }
  }
  if (from === null || from === '') return { kind: otherwise }
  if (from === 'latest' || from === 'earliest') return { kind: from }
  if (from !== startText && timeShape.test(from)) {
    const timeMs = isoMs(from.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
    if (timeMs === null) throw wrong('from', 'is no date that exists')
    return { kind: 'time', timeMs }
  }
  return positionStart(from, 'from')
}

function positionStart(text: string, name: string): Start {
  const next = readPosition(text)
  if (next !== null) return { kind: 'position', text, next }
  const others = name === 'from' ? 'earliest, latest, a time such as 2026-01-31T12:00:00Z, or ' : ''
  throw wrong(name, `must be ${others}a position such as 0-17,1-4, as events carry it in id`)
}

function choiceOf(query: URLSearchParams): Omit<Choice, 'form'> {
  const filters = query.getAll('filter').flatMap(filtersOf)
  const headers = query.getAll('header').map(headerFilter)
  return { filters: [...filters, ...headers], key: query.get('key') }
}

/** A filter of subscriptions, a list of them, or `PATH=VALUE`. */
function filtersOf(text: string): readonly JsonObject[] {
  const filters = filtersOfText(text)
  if (filters !== null) return filters
  throw wrong('filter', 'must be PATH=VALUE such as $.sender=anna, or a filter of subscriptions as JSON')
}

function headerFilter(text: string): JsonObject {
  const [, header, value = ''] = headerShape.exec(text) ?? []
  if (header === undefined) throw wrong('header', 'must be NAME:VALUE')
  return { type: 'header', header, matcher: literalPattern(value.trim()) }
}

function groupOf(query: URLSearchParams): string | null {
  const group = query.get('group')
  if (group !== null && !groupShape.test(group))
    throw wrong('group', 'must be 1 to 100 letters, digits, dots, underscores or hyphens')
  return group
}

function flagOf(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? 'false'
  if (value !== 'true' && value !== 'false') throw wrong(name, 'must be true or false')
  return value === 'true'
}

function countOf(query: URLSearchParams, name: string): number {
  const value = query.get(name) ?? ''
  const count = /^\d{1,6}$/.test(value) ? Number(value) : 0
  if (count < 1 || count > messagesMax) throw wrong(name, `must be a number from 1 to ${messagesMax}`)
  return count
}

function waitOf(query: URLSearchParams): number {
  const value = query.get('wait') ?? '0ms'
  const [, number, unit] = waitShape.exec(value) ?? []
  const waitMs = number === undefined ? Infinity : Number(number) * (unit === 's' ? 1_000 : 1)
  if (waitMs > waitMsMax)
    throw wrong('wait', `must be a time such as 500ms or 10s, at most ${waitMsMax / 1_000}s`)
  return waitMs
}

/** The refusal of a parameter. */
export function wrong(name: string, problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem: `${name} ${problem}` }, 'frontend', { field: name })
}
