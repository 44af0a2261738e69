// pure
/**
 * What the inbox answers to a delivery.
 * Takes the path of the endpoint and the attempt's number. Gives a status and a delay.
 * `/status/503` answers 503, `/delay/2000` waits 2 s, `/fail/2` refuses two attempts; they may be joined.
 */

/** The answer to one delivery. */
export interface InboxAnswer {
  readonly status: number
  readonly delayMs: number
}

const delayMsMax = 120_000
const failingStatus = 503

/** Reads the knobs in the path; what is no knob is only a name. */
export function inboxAnswer(path: string, retryCount: number): InboxAnswer {
  const parts = path.split('/')
  const numberAfter = (knob: string): number | null => {
    const text = parts[parts.indexOf(knob) + 1] ?? ''
    return parts.includes(knob) && /^\d{1,6}$/.test(text) ? Number(text) : null
  }
  const wanted = numberAfter('status')
  const status = wanted !== null && wanted >= 200 && wanted <= 599 ? wanted : 200
  const isFailing = retryCount < (numberAfter('fail') ?? 0)
  return {
    status: isFailing ? failingStatus : status,
    delayMs: Math.min(numberAfter('delay') ?? 0, delayMsMax),
  }
}
