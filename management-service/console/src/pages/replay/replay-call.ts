// pure
/**
 * A replay while it is asked for.
 * Takes what the person wrote. Gives the call that begins it; what is left empty is left out.
 */
import type { Call } from '../../api/call.js'

export interface ReplayDraft {
  /** `earliest`, a moment, or `{"0": 17}`. */
  readonly from: string
  /** Empty: until now. */
  readonly to: string
  readonly rate: number | null
  readonly endpoint: string
  readonly deadLetters: boolean
}

/** What a replay begins with: all that Kafka holds. */
export const firstReplay: ReplayDraft = {
  from: 'earliest',
  to: '',
  rate: null,
  endpoint: '',
  deadLetters: false,
}

/** The call. */
export function replayCallOf(path: string, { from, to, rate, endpoint, deadLetters }: ReplayDraft): Call {
  return {
    method: 'POST',
    path,
    body: {
      from: startOf(from.trim()),
      ...(to.trim() === '' ? {} : { to: to.trim() }),
      ...(rate === null ? {} : { rate }),
      ...(endpoint.trim() === '' ? {} : { endpoint: endpoint.trim() }),
      ...(deadLetters ? { deadLetters } : {}),
    },
  }
}

/** Offsets by partition are JSON; what is none is left to management to refuse. */
function startOf(text: string): unknown {
  if (!text.startsWith('{')) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
