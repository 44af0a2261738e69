/**
 * The connections of a subscription that sends to more than one origin.
 * Takes origins as they come. Gives the target of each. Bound: `originsMax` targets; beyond, the one not used
 * for longest ends when its requests have ended, and would be made anew.
 */
import type { HttpClient, HttpTarget, HttpVersion } from '@iris/common/http/client'

export interface TargetPool {
  get(origin: string): HttpTarget
  /** Lets what is under way end. */
  retire(): void
  /** Ends everything at once. */
  close(): void
}

/** As many origins as a broadcast has targets. */
export const originsMax = 100

/** Makes an empty pool. */
export function createTargetPool(client: HttpClient, requestsMax: number, version: HttpVersion): TargetPool {
  // In the order of their last use: a map keeps the order of insertion.
  const targets = new Map<string, HttpTarget>()
  const forgetOldest = (): void => {
    const oldest = targets.entries().next().value
    if (oldest === undefined) return
    targets.delete(oldest[0])
    oldest[1].retire()
  }
  return {
    get(origin) {
      const known = targets.get(origin)
      if (known !== undefined) targets.delete(origin)
      else if (targets.size >= originsMax) forgetOldest()
      const target = known ?? client.target(new URL(origin), requestsMax, version)
      targets.set(origin, target)
      return target
    },
    retire() {
      for (const target of targets.values()) target.retire()
      targets.clear()
    },
    close() {
      for (const target of targets.values()) target.close()
      targets.clear()
    },
  }
}
