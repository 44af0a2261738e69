/**
 * The time as something that a page shows.
 * Takes how often it should be looked at again. Gives milliseconds since 1970, renewed while the page stands.
 */
import { useEffect, useState } from 'react'
import { every, nowMs } from './clock.js'

/** Now, looked at again each `periodMs`. */
export function useNow(periodMs = 1000): number {
  const [now, setNow] = useState(nowMs)
  useEffect(() => every(periodMs, () => setNow(nowMs())), [periodMs])
  return now
}
