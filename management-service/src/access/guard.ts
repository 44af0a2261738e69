/**
 * The one place that decides who may call what, in front of all routes.
 * Takes a route and a call. Gives who calls, or refuses: 401 who has not said who it is, 403 who may not, 503
 * while changes are not taken. Promises: what no rule allows is refused; the right of a route is the one that
 * its contract tells; who may not read a group gets the same answer whether a thing in it exists or not.
 */
import { bearerChallenge, type Identity } from '@iris/common/access/authenticator'
import { may, unknownCaller, type Principal, type Resource, type Right } from '@iris/common/access/principal'
import type { OwnerId } from '@iris/common/domain/owner'
import { HermesError, refusal, withHeaders } from '@iris/common/errors/hermes-error'
import { frameworkError, type ApiCall, type ApiGuard, type ApiRoute } from '@iris/common/http/api'
import { readable } from '../store/bounded-reads.js'
import type { SubscriptionStore, TopicStore } from '../store/ports.js'
import { askedBy, groupOfBody, isAskedByBody, type Asked } from './asked.js'
import { forbidden } from './forbidden.js'
import { passesReadOnly, type ModeHolder } from './mode.js'

export interface GuardParts {
  /** Who sent a request. */
  readonly identify: (incoming: ApiCall['incoming']) => Promise<Identity>
  readonly store: Pick<TopicStore & SubscriptionStore, 'topic' | 'subscription'>
  readonly mode: Pick<ModeHolder, 'mode'>
  /** Undefined for a route without a contract, which nobody may call. */
  readonly promiseOf: (route: ApiRoute) => RoutePromise | undefined
}

/** What a contract says about who may call. */
export interface RoutePromise {
  readonly right: Right
  /** Shows each caller only what that one may see, or nobody's data: whoever is known may call it. */
  readonly isForEachCaller?: boolean
  /** Changes nothing, whatever its method: it passes in a read-only mode. */
  readonly onlyAsks?: boolean
}

/** Makes the guard. */
export function createGuard(parts: GuardParts): ApiGuard {
  return {
    isAsking: true,
    async admit(route, call) {
      const promise = parts.promiseOf(route)
      if (promise === undefined) throw frameworkError(403)
      const identity = await parts.identify(call.incoming)
      const { right } = promise
      if (right === 'anyone') return { principal: principalOf(identity) ?? unknownCaller }
      const principal = known(identity)
      if (promise.onlyAsks !== true) refuseReadOnly(parts.mode, principal, call)
      if (isAskedByBody(route)) {
        const allows = (body: unknown): void => {
          const group = groupOfBody(route, body)
          if (!may(principal, right, { group, owners: [] }))
            throw forbidden({ right, group, isOwnable: false })
        }
        return { principal, allows }
      }
      const isForEach = promise.isForEachCaller === true
      const asked = askedBy(call.params, isForEach ? call.query.get('groupName') : null)
      const isAllowed =
        isForEach && asked.group === null
          ? may(principal, right, 'nothing')
          : await mayAsk(parts.store, principal, right, asked)
      if (!isAllowed) throw forbidden({ right, group: asked.group, isOwnable: asked.topic !== null })
      return { principal }
    },
  }
}

/** Looks up who is named as owner only where the roles in the group do not decide. */
async function mayAsk(
  store: GuardParts['store'],
  principal: Principal,
  right: Right,
  asked: Asked,
): Promise<boolean> {
  const { group, owner } = asked
  if (may(principal, right, { group, owners: owner === null ? [] : [owner] })) return true
  // The owners of a thing cannot be whom only admins are asked for.
  if (right === 'admin' || asked.topic === null) return false
  return may(principal, right, await ownedResource(store, asked))
}

/**
 * A topic with its owner, or a subscription with its own and its topic's. What cannot be read has none: who
 * has no right to it must not hear that it is there.
 */
export async function ownedResource(store: GuardParts['store'], asked: Asked): Promise<Resource> {
  const { group, topic, subscription } = asked
  if (topic === null) return { group, owners: [] }
  const [ofTopic, ofSubscription] = await Promise.all([
    readable(store.topic(topic)),
    subscription === null ? null : readable(store.subscription(topic, subscription)),
  ])
  const owners: OwnerId[] = []
  if (ofTopic !== null) owners.push(ofTopic.value.owner)
  if (ofSubscription !== null) owners.push(ofSubscription.value.owner)
  return { group, owners }
}

function refuseReadOnly(mode: GuardParts['mode'], principal: Principal, { method, path }: ApiCall): void {
  if (mode.mode() === 'readWrite' || principal.isAdmin || passesReadOnly(method, path)) return
  throw new HermesError('OTHER', 'Action forbidden due to read-only mode', 503)
}

function principalOf(identity: Identity): Principal | null {
  return identity.kind === 'principal' ? identity.principal : null
}

/** The principal, or a refusal that says why there is none. */
function known(identity: Identity): Principal {
  if (identity.kind === 'principal') return identity.principal
  if (identity.kind === 'unclear') throw refusal('AUTHENTICATION_UNAVAILABLE', {})
  const detail = identity.kind === 'wrong' ? ', error="invalid_token"' : ''
  throw withHeaders(refusal('UNAUTHENTICATED', {}), { 'WWW-Authenticate': bearerChallenge + detail })
}
