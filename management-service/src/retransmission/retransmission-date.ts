// pure
/**
 * The moment to send again from: `retransmissionDate` in the body of a retransmission.
 * Takes the body. Gives milliseconds since the epoch. Refuses, with Hermes' codes, a missing date
 * (`VALIDATION_ERROR`) and one that cannot be read (`FORMAT_ERROR`).
 */
import { offsetDateTimeMs } from '@iris/common/domain/date-time'
import { isJsonObject } from '@iris/common/domain/json-shapes'
import { refusal } from '@iris/common/errors/hermes-error'
import { memberAbout } from '@iris/common/errors/member-about'

/** The most that a date of JavaScript holds. */
const secondsMax = 8.64e12

const about = memberAbout('retransmissionDate')

/** Reads the date. A number is seconds since the epoch, as in Hermes. */
export function retransmissionDateMs(body: unknown): number {
  const date = isJsonObject(body) ? body['retransmissionDate'] : undefined
  if (date === undefined || date === null || date === '') {
    const problem = 'SubscriptionsEndpoint.retransmit.arg3.retransmissionDate must not be null'
    throw refusal('VALIDATION_ERROR', { problem }, 'management', about)
  }
  if (typeof date === 'number' && Math.abs(date) <= secondsMax) return Math.floor(date * 1000)
  const timeMs = typeof date === 'string' ? offsetDateTimeMs(date) : null
  if (timeMs !== null) return timeMs
  const example = '2026-01-31T12:00:00Z'
  const problem = `retransmissionDate must be a date and time with offset such as ${example}, or seconds since the epoch`
  throw refusal('FORMAT_ERROR', { problem }, 'management', about)
}
