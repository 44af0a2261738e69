/**
 * The check for what only our own mistake can break.
 * Takes a condition, a sentence and figures. Gives nothing when the condition holds.
 * Promises: throws `BrokenInvariant` otherwise; `runService` logs it and ends the process.
 */

/** A defect of ours. Never caught to go on: the process that finds one exits. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant'

  constructor(
    message: string,
    readonly figures: Readonly<Record<string, unknown>>,
  ) {
    super(`${message} ${JSON.stringify(figures)}`)
  }
}

/** Throws {@link BrokenInvariant} unless `condition` holds. `figures` are logged with it. */
export function invariant(
  condition: boolean,
  message: string,
  figures: Readonly<Record<string, unknown>> = {},
): asserts condition {
  if (!condition) throw new BrokenInvariant(message, figures)
}
