// pure
/**
 * A moment as people and programs write it.
 * Takes text or a number. Gives milliseconds since the epoch.
 * Refuses anything else with `VALIDATION_ERROR` and the name of the member.
 */
import { refusal } from '../errors/hermes-error.js'

/** Reads milliseconds since the epoch, or a date as ISO 8601 has it. */
export function timeOf(name: string, given: string | number): number {
  const text = String(given)
  const timeMs = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)
  if (Number.isFinite(timeMs)) return timeMs
  throw refusal('VALIDATION_ERROR', {
    problem: `${name} must be milliseconds since the epoch or a date such as 2026-05-01T12:00:00Z`,
  })
}
