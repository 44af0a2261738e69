/**
 * Room on the machine for who writes the history.
 * Promises: never fails; where raising a priority is not allowed nothing changes, and the farm's lateness is
 * allowed for.
 */
import { setPriority } from 'node:os'

const preferred = -10

/** Lets this process run before the system under test: its clock is what everything is judged by. */
export function preferThisProcess(): void {
  try {
    setPriority(preferred)
  } catch {
    // Only root may raise it.
  }
}
