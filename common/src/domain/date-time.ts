// pure
/**
 * A moment as Hermes' API writes it: a date and a time with an offset, such as `2026-01-31T12:00:00.5+02:00`.
 * Takes text. Gives milliseconds since the epoch, or null for any other text, a date that no calendar has
 * included. Seconds may be left out; of a fraction, milliseconds count.
 */

const form =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):(\d{2}))$/i

/** Reads a date and time with an offset. */
export function offsetDateTimeMs(text: string): number | null {
  const match = form.exec(text)
  if (match === null) return null
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = match
  const fields = [year, month, day, hour, minute, second ?? '0'].map(Number)
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = fields
  const offsetMin = Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)
  if (h > 23 || mi > 59 || s > 59 || Number(offsetMinutes ?? 0) > 59 || offsetMin > 18 * 60) return null
  const local = Date.UTC(y, mo - 1, d, h, mi, s)
  const read = new Date(local)
  // 31 February becomes a day of March.
  if (read.getUTCMonth() !== mo - 1 || read.getUTCDate() !== d || read.getUTCFullYear() !== y) return null
  const fractionMs = Math.floor(Number(`0.${fraction ?? '0'}`) * 1000)
  return local + fractionMs - (sign === '-' ? -offsetMin : offsetMin) * 60_000
}
