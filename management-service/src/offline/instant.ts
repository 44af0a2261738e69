// pure
/**
 * Moments as the console writes them: `2026-01-01T12:00:00Z`, with a fraction, or without seconds.
 * Takes a text. Gives milliseconds since the epoch; null for anything else, which counts as missing.
 */
const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z$/

/** Reads a moment. */
export function instantMs(text: string | null): number | null {
  if (text === null || !form.test(text)) return null
  // More digits than milliseconds have are cut off: `Date` knows no more.
  const timeMs = Date.parse(text.replace(/(\.\d{3})\d+Z$/, '$1Z'))
  return Number.isNaN(timeMs) ? null : timeMs
}
