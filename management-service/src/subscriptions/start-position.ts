// pure
/**
 * Where a new subscription begins, an addition of Iris: `startPosition` in the body that makes it.
 * Takes the body. Gives a place in the log; without the member that is its end, as in Hermes. It is used once
 * and not stored. Refuses what is no such place with `VALIDATION_ERROR`.
 */
import { offsetDateTimeMs } from '@iris/common/domain/date-time'
import { isJsonObject } from '@iris/common/domain/json-shapes'
import { refusal } from '@iris/common/errors/hermes-error'
import { memberAbout } from '@iris/common/errors/member-about'
import type { LogPlace } from '../store/kafka-ports.js'

const words: Readonly<Record<string, LogPlace>> = { now: { kind: 'end' }, earliest: { kind: 'earliest' } }

/** Reads the place from the body of a creation. */
export function startPositionOf(body: unknown): LogPlace {
  const given = isJsonObject(body) ? (body['startPosition'] ?? 'now') : 'now'
  const text = typeof given === 'string' ? given : ''
  const timeMs = offsetDateTimeMs(text)
  if (timeMs !== null) return { kind: 'time', timeMs }
  const place = Object.hasOwn(words, text) ? words[text] : undefined
  if (place !== undefined) return place
  const example = '2026-01-31T12:00:00Z'
  const problem = `Subscription.startPosition must be now, earliest, or a date and time with offset such as ${example}`
  throw refusal('VALIDATION_ERROR', { problem }, 'management', memberAbout('startPosition'))
}
