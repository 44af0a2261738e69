/**
 * The connections of a subscription that sends to more than one place.
 * Takes targets as they come. Gives the connections to each. Bound: `placesMax` places; beyond, the one not
 * used for longest ends when its requests have ended, and would be made anew.
 */
import { targetsMax } from '@iris/common/domain/targets'
import type { HttpClient, HttpTarget, HttpVersion } from '@iris/common/http/client'
import type { ResolvedTarget } from './resolver.js'

export interface TargetPool {
  get(target: Pick<ResolvedTarget, 'origin' | 'place'>): HttpTarget
  /** Lets what is under way end. */
  retire(): void
  /** Ends everything at once. */
  close(): void
}

/** As many as a broadcast has targets. */
export const placesMax = targetsMax

/** The host as traces name it. */
export function hostOf({ origin, place }: Pick<ResolvedTarget, 'origin' | 'place'>): string {
  return place?.host ?? new URL(origin).hostname
}

/** Makes an empty pool; `requestsMax` is for each place. */
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
    get({ origin, place }) {
      const key = place === null ? origin : `${origin} at ${place.host}:${place.port}`
      const known = targets.get(key)
      if (known !== undefined) targets.delete(key)
      else if (targets.size >= placesMax) forgetOldest()
      const target = known ?? client.target(new URL(origin), requestsMax, version, place)
      targets.set(key, target)
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
