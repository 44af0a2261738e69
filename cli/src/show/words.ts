// pure
/**
 * Numbers, times, bodies and members of answers as people read them.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { harmless } from './paint.js'

/** `1,234` */
export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 message`, `2,000 messages` */
export function several(count: number, what: string): string {
  return `${countText(count)} ${what}${count === 1 ? '' : 's'}`
}

/** A rate as management tells it: `12.5`, or `-` where it is not known. */
export function rateText(rate: unknown): string {
  const number = Number(rate)
  return rate === undefined || rate === null || !Number.isFinite(number)
    ? '-'
    : String(Math.round(number * 10) / 10)
}

/** A moment in UTC, to the millisecond. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}

/** `850 ms`, `2.5 s`, `3 min 20 s` */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`
  const seconds = Math.round(ms / 1_000)
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)]
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`
}

/** A body as text on one line; in base64 where it is no text. */
export function bodyText(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes('\ufffd') ? `base64:${bytes.toString('base64')}` : harmless(text).replace(/\n/g, '\\n')
}

/** A member of an answer as text; nothing where there is none. */
export function textIn(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

/** The objects of a member that is a list; nothing where there is none. */
export function rowsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** One value as one line of JSON; what would steer a terminal is escaped, beyond what JSON asks for. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value).replace(
    /[\x7f-\x9f]/g,
    letter => `\\u00${letter.charCodeAt(0).toString(16)}`,
  )
  return `${text}\n`
}
