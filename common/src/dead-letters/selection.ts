// pure
/**
 * Which dead letters somebody means: all, some by id, or those that fit a filter.
 * Takes the members of a body, of a query, or of a task. Gives a checked selection.
 * Refuses what could be a slip (an unknown member, an empty filter, two selections at once) with
 * `VALIDATION_ERROR`: what is purged by mistake does not come back.
 */
import { failureWords, isFailureCause, type FailureCause } from '../domain/failure-cause.js'
import { isJsonObject, type JsonObject } from '../domain/json-shapes.js'
import { timeOf } from '../domain/time-text.js'
import { refusal, type HermesError } from '../errors/hermes-error.js'
import { invalidMember } from '../errors/member-about.js'
import { deadLetterClasses, type DeadLetterClass } from '../kafka/dead-letter-headers.js'
import { everyLetter, type LetterFilter } from './letter-filter.js'

export type Selection =
  | { readonly kind: 'all' }
  /** Offsets, ascending, none twice. */
  | { readonly kind: 'ids'; readonly offsets: readonly number[] }
  | { readonly kind: 'filter'; readonly filter: LetterFilter }

/** The members of a body that select; exactly one of them is given. */
export const selectingMembers = ['all', 'ids', 'filter'] as const

/** A dead-letter topic has one partition. */
export const letterPartition = 0
/** Dead letters that can be named one by one. */
export const idsMax = 1_000
/** Letters of a text to look for. */
export const filterTextMax = 1_000

const filterMembers = ['reason', 'class', 'cause', 'status', 'from', 'to', 'messageId', 'body'] as const
type FilterMember = (typeof filterMembers)[number]

/** The id of the dead letter at an offset. */
export function letterId(offset: number): string {
  return `${letterPartition}-${offset}`
}

/** The offset of an id; null for a text that cannot be one. */
export function letterOffset(id: string): number | null {
  const match = /^0-(\d{1,15})$/.exec(id)
  return match === null ? null : Number(match[1])
}

/** Reads the selection of a body. */
export function selectionOf(body: JsonObject): Selection {
  const given = selectingMembers.filter(name => body[name] !== undefined && body[name] !== null)
  if (given.length !== 1) {
    throw invalid('Say which dead letters are meant: {"all":true}, {"ids":["0-17"]} or {"filter":{…}}')
  }
  if (given[0] === 'ids') return { kind: 'ids', offsets: offsetsOf(body['ids']) }
  if (given[0] === 'filter') return { kind: 'filter', filter: filterOf(body['filter']) }
  if (body['all'] === true) return { kind: 'all' }
  throw invalidMember('all', 'must be true')
}

/** The selection as a body says it. */
export function selectionJson(selection: Selection): JsonObject {
  if (selection.kind === 'all') return { all: true }
  if (selection.kind === 'ids') return { ids: selection.offsets.map(letterId) }
  const { fromMs: from, toMs: to, ...rest } = selection.filter
  const members = Object.entries({ ...rest, from, to }).filter(([, value]) => value !== null)
  return { filter: Object.fromEntries(members) }
}

/** Reads the filter of a query; other parameters are not its business. */
export function filterOfQuery(query: URLSearchParams): LetterFilter {
  const members = filterMembers.flatMap((name): [string, string][] => {
    const text = query.get(name)
    return text === null ? [] : [[name, text]]
  })
  return readFilter(Object.fromEntries(members))
}

function filterOf(json: unknown): LetterFilter {
  if (!isJsonObject(json)) throw invalidMember('filter', 'must be an object')
  const unknown = Object.keys(json).find(name => !filterMembers.some(member => member === name))
  if (unknown !== undefined) {
    throw invalidMember(`filter.${unknown}`, `is none of ${filterMembers.join(', ')}`)
  }
  // A filter without its value would mean every letter.
  const empty = Object.keys(json).find(name => json[name] === null)
  if (empty !== undefined) throw invalidMember(`filter.${empty}`, 'must not be null; leave it out')
  if (Object.keys(json).length === 0)
    throw invalidMember('filter', 'must not be empty; {"all":true} means all')
  return readFilter(json)
}

function readFilter(members: JsonObject): LetterFilter {
  const text = (name: FilterMember): string | null => {
    const value = members[name] ?? null
    if (value === null) return null
    if (typeof value === 'string' && value !== '' && value.length <= filterTextMax) return value
    throw invalid(`${name} must be a text of 1 to ${filterTextMax} letters`)
  }
  const time = (name: FilterMember): number | null => {
    const value = members[name] ?? null
    if (value === null) return null
    return timeOf(name, typeof value === 'number' || typeof value === 'string' ? value : '')
  }
  return {
    ...everyLetter,
    reason: text('reason'),
    class: classOf(text('class')),
    cause: causeOf(text('cause')),
    status: statusOf(members['status'] ?? null),
    fromMs: time('from'),
    toMs: time('to'),
    messageId: text('messageId'),
    body: text('body'),
  }
}

function classOf(word: string | null): DeadLetterClass | null {
  if (word === null) return null
  const found = deadLetterClasses.find(each => each === word)
  if (found === undefined) throw invalid(`class must be one of ${deadLetterClasses.join(', ')}`)
  return found
}

function causeOf(word: string | null): FailureCause | null {
  if (word === null || isFailureCause(word)) return word
  throw invalid(`cause must be a status code such as 500, or one of ${failureWords.join(', ')}`)
}

function statusOf(value: unknown): number | null {
  if (value === null) return null
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value
  if (typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 999) return status
  throw invalid('status must be a status code such as 500')
}

function offsetsOf(ids: unknown): readonly number[] {
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > idsMax) {
    throw invalidMember('ids', `must be a list of 1 to ${idsMax} ids`)
  }
  const offsets = ids.map((id: unknown) => {
    const offset = typeof id === 'string' ? letterOffset(id) : null
    if (offset === null) throw invalidMember('ids', 'must be ids of dead letters, such as 0-17')
    return offset
  })
  return [...new Set(offsets)].sort((one, other) => one - other)
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
