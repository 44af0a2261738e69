/**
 * The only place of the console that reads the clock or sets timers.
 * Gives the time in milliseconds since 1970, and timers whose makers can stop them.
 */

/** Now, in milliseconds since 1970. */
export function nowMs(): number {
  return Date.now()
}

/** Calls `work` after `ms`, once. Gives a function that takes it back. */
export function after(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms)
  return () => clearTimeout(timer)
}

/** Calls `work` each `ms`. Gives a function that ends it. */
export function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms)
  return () => clearInterval(timer)
}
