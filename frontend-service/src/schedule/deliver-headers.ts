// pure
/**
 * What a publisher says about when: `Deliver-At` or `Deliver-After`.
 * Takes both headers, the wall time and the topic's limit. Gives the time in milliseconds since the epoch.
 * Refuses with `VALIDATION_ERROR`, naming the header, its limit and what to write instead.
 */
import { httpDateMs } from '@iris/common/domain/http-date'
import { HermesError, type ErrorAbout } from '@iris/common/errors/hermes-error'

/** How far ahead a message may be published, and why not further. */
export interface DelayLimit {
  readonly delayMsMax: number
  /** Whose limit it is and how it is raised, as the end of a sentence. */
  readonly reason: string
}

/** The headers as they came; undefined where there is none. */
export interface DeliverHeaders {
  readonly at: string | undefined
  readonly after: string | undefined
}

/** Longer texts are junk. */
const lengthMax = 64
const shownMax = 40
const secondMs = 1_000
const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000

/** Reads the time. One of the headers is there. */
export function readDeliverHeaders(
  { at, after }: DeliverHeaders,
  nowMs: number,
  limit: DelayLimit,
): number | HermesError {
  if (at !== undefined && after !== undefined)
    return invalid('Deliver-At and Deliver-After are both given; send one of them.', {
      field: 'Deliver-After',
    })
  const header = at === undefined ? 'Deliver-After' : 'Deliver-At'
  const text = (at ?? after ?? '').trim()
  const atMs = at === undefined ? plus(nowMs, durationMs(text)) : momentMs(text)
  if (atMs === null || text.length > lengthMax) {
    const forms =
      at === undefined
        ? 'whole seconds or a duration without months and years such as PT10M'
        : 'an HTTP-date, a date with its offset such as 2026-05-01T12:00:00Z, or milliseconds since the epoch'
    const problem = `${header} "${text.slice(0, shownMax)}" is not understood; write ${forms}.`
    return invalid(problem, { field: header, fix: `Write ${forms}` })
  }
  const delayMs = atMs - nowMs
  if (delayMs <= limit.delayMsMax) return atMs
  const asked = `${header} lies ${inWords(delayMs)} ahead, at most ${inWords(limit.delayMsMax)} are allowed`
  return invalid(`${asked}: ${limit.reason}.`, { field: header, limit: limit.delayMsMax })
}

function momentMs(text: string): number | null {
  // Ten digits are seconds, and a slip of three digits is a slip of decades.
  if (/^\d{13}$/.test(text)) return Number(text)
  return httpDateMs(text) ?? isoMs(text)
}

const isoForm = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:Z|[+-]\d{2}:\d{2})$/

/** A date of ISO 8601, in milliseconds; null where there is none. Needs an offset: whose noon is meant? */
export function isoMs(text: string): number | null {
  const match = isoForm.exec(text)
  const [, day = '', time = ''] = match ?? []
  const atMs = match === null ? NaN : Date.parse(text)
  // The 30th of February would quietly be the 2nd of March.
  const localMs = Date.parse(`${day}T${time}Z`)
  if (Number.isNaN(atMs) || Number.isNaN(localMs)) return null
  return new Date(localMs).toISOString().startsWith(day) || time.startsWith('24:') ? atMs : null
}

const durationForm = /^P(?:(\d+)W|(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?)$/

function durationMs(text: string): number | null {
  if (/^\d{1,12}$/.test(text)) return Number(text) * secondMs
  const match = durationForm.exec(text)
  if (match === null || /[PT]$/.test(text)) return null
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map(part => Number(part ?? 0))
  const whole = (weeks ?? 0) * 7 * dayMs + (days ?? 0) * dayMs + (hours ?? 0) * hourMs
  return Math.round(whole + (minutes ?? 0) * minuteMs + (seconds ?? 0) * secondMs)
}

function plus(nowMs: number, delayMs: number | null): number | null {
  return delayMs === null ? null : nowMs + delayMs
}

const units = [
  [dayMs, 'd'],
  [hourMs, 'h'],
  [minuteMs, 'min'],
] as const

/** Rounded up, so that what is too far never reads as what is allowed. */
function inWords(durationMs: number): string {
  const [unitMs, unit] = units.find(([each]) => durationMs >= 2 * each) ?? [secondMs, 's']
  return `${Math.ceil((durationMs / unitMs) * 10) / 10} ${unit}`
}

function invalid(problem: string, about: ErrorAbout): HermesError {
  return new HermesError('VALIDATION_ERROR', problem, undefined, undefined, about)
}
