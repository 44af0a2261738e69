/**
 * What authorizes the deliveries of one subscription: the endpoint's credentials, else an OAuth token, else
 * nothing.
 * Takes plans as they change and how attempts end. Gives the header's value for the next attempt, and whether
 * deliveries wait for it. Promises: a policy that changed never uses the token of the one before.
 */
import { isDeepStrictEqual } from 'node:util'
import { splitTopicName } from '@iris/common/domain/names'
import type { AttemptResult } from '@iris/common/http/client'
import type { DeliveryPlan } from '../plan.js'
import type { AttemptEnding } from './oauth/token-life.js'
import type { TokenLease, Tokens } from './oauth/tokens.js'

export interface Authorization {
  /** Another number each time the header's value may be another. */
  readonly version: number
  /** The value of `Authorization`, or null for none. */
  header(): string | null
  /** Why deliveries wait, or null. */
  heldBack(): string | null
  /** Deliveries are held back: whatever they wait for here is to come. */
  wanted(): void
  /** Whether what was refused with 401 had better wait for the new token that is on its way. */
  isRenewing(): boolean
  /** `attemptedAtMs` is when the attempt began. */
  attemptEnded(result: AttemptResult, attemptedAtMs: number): void
  update(plan: DeliveryPlan): void
  stop(): void
}

/** Makes the authorization of a subscription. `arrived` is called when deliveries need not wait any more. */
export function createAuthorization(
  tokens: Pick<Tokens, 'lease'>,
  firstPlan: DeliveryPlan,
  arrived: () => void,
): Authorization {
  let plan = firstPlan
  let version = 0
  const listener = {
    arrived() {
      version++
      arrived()
    },
    gone: () => void version++,
  }
  const leaseFor = ({ id, topic, subscription, oAuth: policy }: DeliveryPlan): TokenLease | null => {
    const { group = '', topic: name = '' } = splitTopicName(topic) ?? {}
    const labels = [group, name, subscription] as const
    return policy === null ? null : tokens.lease({ subscription: id, labels, policy }, listener)
  }
  let lease = leaseFor(plan)
  return {
    get version() {
      return version
    },
    header() {
      const token = lease?.token() ?? null
      return token === null ? plan.authorization : `Bearer ${token}`
    },
    heldBack: () => lease?.awaited() ?? null,
    wanted: () => lease?.wanted(),
    isRenewing: () => lease?.isRenewing() ?? false,
    attemptEnded: (result, attemptedAtMs) => lease?.attemptEnded(endingOf(result), attemptedAtMs),
    update(next) {
      const isSame = isDeepStrictEqual(next.oAuth, plan.oAuth)
      plan = next
      version++
      if (isSame) return
      lease?.end()
      lease = leaseFor(next)
    },
    stop: () => lease?.end(),
  }
}

function endingOf(result: AttemptResult): AttemptEnding {
  if (result.kind !== 'answer') return 'failed'
  if (result.status === 401) return 'unauthorized'
  return result.status >= 200 && result.status <= 299 ? 'delivered' : 'failed'
}
