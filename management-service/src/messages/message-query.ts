// pure
/**
 * What is asked for of a topic's messages.
 * Takes the query of a call, or members of a body. Gives where to begin, which way, and which messages.
 * Refuses with `VALIDATION_ERROR` and the parameter's name what it cannot read.
 */
import { timeOf } from '@iris/common/domain/time-text'
import { invalidMember } from '@iris/common/errors/member-about'
import { readPlace, writePlace, type SearchPlace } from '../traces/search-place.js'

/** Where reading begins: with `latest` it goes backwards, otherwise forwards. */
export type Start =
  | { readonly kind: 'latest' | 'earliest' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'time'; readonly timeMs: number }

/** From the newest to older ones, or from a place to newer ones. */
export type Way = 'older' | 'newer'

export interface MessagesQuery {
  readonly start: Start
  readonly way: Way
  /** Null for all. */
  readonly partition: number | null
  readonly key: string | null
  readonly max: number
  /** Where an earlier answer ended; null for the first. */
  readonly place: SearchPlace | null
}

export const maxDefault = 50
export const maxMost = 500
const keyLettersMax = 8_192
const offsetDigits = /^\d{1,15}$/
const nextShape = /^(older|newer):(.*)$/s

/** What a caller gives; null where it does not. */
export type AskedMessages = Readonly<
  Record<'from' | 'partition' | 'key' | 'max' | 'next', string | number | null>
>

/** Reads it. */
export function readMessagesQuery(asked: AskedMessages): MessagesQuery {
  const { next } = asked
  const partition = numberOf('partition', asked.partition)
  const key = asked.key === null ? null : String(asked.key)
  if (key !== null && key.length > keyLettersMax)
    throw invalidMember('key', `must not be longer than ${keyLettersMax} letters`)
  const max = numberOf('max', asked.max) ?? maxDefault
  if (max < 1 || max > maxMost) throw invalidMember('max', `must be a number from 1 to ${maxMost}`)
  const start = startOf(asked.from, partition)
  const way = start.kind === 'latest' ? 'older' : 'newer'
  const common = { start, partition, key, max }
  if (next === null || next === '') return { ...common, way, place: null }
  const [, toldWay, text = ''] = nextShape.exec(String(next)) ?? []
  if (toldWay === undefined) throw invalidMember('next', 'must be the next of an answer')
  return { ...common, way: toldWay as Way, place: readPlace(text, 'next') }
}

/** The `next` of an answer; null where nothing is left. */
export function nextText(way: Way, left: SearchPlace): string | null {
  return left.size === 0 ? null : `${way}:${writePlace(left)}`
}

function startOf(from: string | number | null, partition: number | null): Start {
  if (from === null || from === '' || from === 'latest') return { kind: 'latest' }
  if (from === 'earliest') return { kind: 'earliest' }
  if (!offsetDigits.test(String(from))) return { kind: 'time', timeMs: timeOf('from', from) }
  if (partition === null)
    throw invalidMember('from', 'is an offset, which only means something together with partition')
  return { kind: 'offset', offset: Number(from) }
}

function numberOf(name: 'partition' | 'max', given: string | number | null): number | null {
  if (given === null || given === '') return null
  if (/^\d{1,9}$/.test(String(given))) return Number(given)
  throw invalidMember(name, 'must be a whole number')
}
