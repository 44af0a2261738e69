// pure
/**
 * A moment as HTTP writes it (RFC 9110, 5.6.7): the form of today and the two that a reader must know too.
 * Takes text. Gives milliseconds since the epoch, or null for any other text.
 */

const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const time = '\\d{2}:\\d{2}:\\d{2}'
const dateForms = [
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d{2} ${month} \\d{4} ${time} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \\d{2}-${month}-\\d{2} ${time} GMT$`),
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} [ \\d]\\d ${time} \\d{4}$`),
]

/** Reads an HTTP-date. */
export function httpDateMs(text: string): number | null {
  if (!dateForms.some(form => form.test(text))) return null
  // The third form names no zone and means GMT like the others.
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  // The 30th of February would quietly be the 2nd of March; the day is the first number of each form.
  return new Date(at).getUTCDate() === Number(/\d+/.exec(text)?.[0]) ? at : null
}
