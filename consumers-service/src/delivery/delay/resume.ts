// pure
/**
 * The way of a message back from the delay topic.
 * Takes a letter just read from there and the lead of the wall clock over the monotonic one. Gives it its
 * attempts, its age, its last answer and the time of its next attempt, as if it had waited in memory.
 */
import type { Letter } from '../letter.js'
import { delayOfEntry } from './delayed-entry.js'

/** Takes up what the record says. An unreadable record says nothing. */
export function resume(letter: Letter, wallLeadMs: number): void {
  const facts = delayOfEntry(letter.entry)
  if (facts === null) return
  letter.delayed = facts
  letter.notBeforeMs = facts.untilMs - wallLeadMs
  letter.wasDelayed = true
  letter.lastReason = facts.lastReason
  letter.lastCause = facts.lastCause
  letter.lastStatus = facts.lastStatus < 0 ? null : facts.lastStatus
  // What was tried since it came back is in the note of a former owner, and goes on from there.
  if (letter.attempts >= facts.attempts) return
  letter.attempts = facts.attempts
  letter.firstAttemptMs = facts.firstAttemptMs - wallLeadMs
}
