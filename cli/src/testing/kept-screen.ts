/**
 * A screen for tests that keeps what it is told, in a pipe as it were: no bars, no colours, nobody to ask.
 */
import { plainPaint } from '../show/paint.js'
import type { Screen } from '../show/screen.js'

export interface KeptScreen {
  readonly screen: Screen
  /** What was printed and said so far. */
  readonly kept: { readonly out: string; readonly said: string }
}

/** Makes one; `says` is what somebody answers to each question. */
export function keepScreen({ columns = Infinity, says = null as string | null } = {}): KeptScreen {
  const kept = { out: '', said: '' }
  const screen: Screen = {
    out: text => void (kept.out += text),
    say: line => void (kept.said += `${line}\n`),
    bar: () => ({ at: () => undefined, end: () => undefined }),
    ask: () => Promise.resolve(says),
    ...{ columns, paint: plainPaint },
  }
  return { screen, kept }
}
