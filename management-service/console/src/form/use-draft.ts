/**
 * A definition while a person changes it.
 * Takes it as it is shown. Gives the draft, what it began with and the version of that. What others change
 * is taken over as long as the person has changed nothing, and never afterwards: then the version tells
 * management what the person has not seen.
 */
import { useState } from 'react'
import type { Draft } from './pointer.js'

interface Start {
  readonly first: Draft
  /** Null where management names none. */
  readonly version: string | null
  /** How often the form began anew. */
  readonly round: number
}

export interface ChangingDraft {
  readonly start: Start
  readonly draft: Draft
  readonly isTouched: boolean
  change(to: (draft: Draft) => Draft): void
  /** Forgets what was changed, and begins with this, which has that version. */
  begin(first: Draft, version: string | null): void
}

/** The draft. `isNew`: there is nothing yet that others might change. */
export function useDraft(first: Draft, isNew: boolean, versionNow: () => string | null): ChangingDraft {
  const [seen, setSeen] = useState(first)
  const [start, setStart] = useState<Start>(() => ({ first, version: isNew ? null : versionNow(), round: 0 }))
  const [draft, setDraft] = useState(first)
  const isTouched = draft !== start.first
  const begin = (from: Draft, version: string | null): void => {
    setStart(({ round }) => ({ first: from, version, round: round + 1 }))
    setDraft(from)
  }
  if (!isNew && first !== seen) {
    setSeen(first)
    if (!isTouched) begin(first, versionNow())
  }
  return { start, draft, isTouched, change: setDraft, begin }
}
