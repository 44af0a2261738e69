/**
 * A direct call from one service to another.
 * Takes method, address and JSON. Gives the answer, or null when none came in time.
 * Promises: settles within its deadline, and never repeats: nobody knows whether an unanswered call had its
 * effect.
 */

const callMs = 2_000

/** An answer with its JSON; `body` is undefined when there is none. */
export interface CallAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** Null when the service is down, too slow, or cut off: the caller cannot tell these apart. */
export async function call(method: string, url: string, json?: unknown): Promise<CallAnswer | null> {
  try {
    const answer = await fetch(url, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      signal: AbortSignal.timeout(callMs),
    })
    const text = await answer.text()
    const body = text === '' ? undefined : (JSON.parse(text) as unknown)
    return { status: answer.status, headers: answer.headers, body }
  } catch {
    return null
  }
}
