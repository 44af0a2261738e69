// pure
/**
 * The headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).
 * Takes limits and what is left of them. Gives structured field values (RFC 9651): lists of quoted names with
 * whole numbers as parameters.
 */

/** A limit as clients are told of it. */
export interface ShownLimit {
  /** Letters, digits and dashes. */
  readonly name: string
  readonly unit: 'messages' | 'bytes'
  readonly perSecond: number
  readonly windowMs: number
}

/** What is left of one. */
export interface ShownRemaining {
  readonly name: string
  readonly left: number
  readonly fullInMs: number
}

/** Such as `"topic-messages";q=100;w=1, "topic-bytes";q=5000;qu="content-bytes";w=1`. */
export function policyHeader(limits: readonly ShownLimit[]): string {
  return limits.map(policy).join(', ')
}

/** Such as `"topic-messages";r=41;t=1`: units left, and seconds until all of them are there again. */
export function remainingHeader(remaining: readonly ShownRemaining[]): string {
  const item = ({ name, left, fullInMs }: ShownRemaining): string =>
    `"${name}";r=${Math.max(0, Math.floor(left))};t=${Math.ceil(fullInMs / 1_000)}`
  return remaining.map(item).join(', ')
}

function policy({ name, unit, perSecond, windowMs }: ShownLimit): string {
  // Below one unit a window the window is shown as long as one unit takes: the header has whole numbers only.
  const windowS = Math.ceil(Math.max(windowMs / 1_000, 1 / perSecond))
  const ofBytes = unit === 'bytes' ? ';qu="content-bytes"' : ''
  return `"${name}";q=${Math.max(1, Math.floor(perSecond * windowS))}${ofBytes};w=${windowS}`
}
