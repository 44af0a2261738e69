// pure
/**
 * One finding of a doctor.
 */

/** `critical`: messages are not taken, not delivered or not safe. `warning`: they may soon be so. */
export const severities = ['critical', 'warning', 'note', 'ok'] as const
export type Severity = (typeof severities)[number]

export interface DoctorFinding {
  /** A word for programs. */
  readonly check: string
  readonly severity: Severity
  readonly text: string
  /** What helps; empty where nothing has to be done. */
  readonly next: string
}

/** A check that is content. */
export function well(check: string, text: string): DoctorFinding {
  return { check, severity: 'ok', text, next: '' }
}
