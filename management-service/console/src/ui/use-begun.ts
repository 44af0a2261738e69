/**
 * What a person writes into a form whose words stand in the address.
 * Takes what the address says. Gives it to be changed; a link, or the way back, begins anew. The form itself
 * stays where it is, and the focus with it.
 */
import { useState } from 'react'

/** The value and how it is changed. `first` is compared as JSON. */
export function useBegun<T>(first: T): readonly [T, (next: T) => void] {
  const text = JSON.stringify(first)
  const [begun, setBegun] = useState({ text, value: first })
  if (begun.text !== text) setBegun({ text, value: first })
  return [begun.value, value => setBegun({ text, value })]
}
