// pure
/**
 * The `Retry-After` header of an answer.
 * Takes its text and the wall time. Gives milliseconds to wait, or null where it is absent or junk.
 * Reads whole seconds and the three date forms of HTTP; a date in the past means now.
 */

/** Longer texts are junk: the longest date form has 33 characters. */
const lengthMax = 40

const seconds = /^\d{1,10}$/
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const time = '\\d{2}:\\d{2}:\\d{2}'
const dateForms = [
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d{2} ${month} \\d{4} ${time} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \\d{2}-${month}-\\d{2} ${time} GMT$`),
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} [ \\d]\\d ${time} \\d{4}$`),
]

/** How long the receiver asks us to wait, or null. */
export function retryAfterMs(text: string | null, wallMs: number): number | null {
  const trimmed = text?.slice(0, lengthMax + 1).trim() ?? ''
  if (trimmed === '' || trimmed.length > lengthMax) return null
  if (seconds.test(trimmed)) return Number(trimmed) * 1000
  if (!dateForms.some(form => form.test(trimmed))) return null
  // The third form names no zone and means GMT like the others.
  const at = Date.parse(trimmed.endsWith('GMT') ? trimmed : `${trimmed} GMT`)
  return Number.isNaN(at) ? null : Math.max(0, at - wallMs)
}
