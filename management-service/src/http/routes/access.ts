/**
 * `/mode` and `/roles`: what callers may do. Where nobody is asked who it is, everybody is administrator, so
 * that a read-only mode is told and keeps nobody out, as in Hermes.
 */
import { everybody, grantText, may, unknownCaller, type Principal } from '@iris/common/access/principal'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import {
  emptyAnswer,
  frameworkError,
  jsonAnswer,
  reading,
  textAnswer,
  type ApiRequest,
  type ApiRoute,
} from '@iris/common/http/api'
import { askedBy } from '../../access/asked.js'
import { ownedResource, type GuardParts } from '../../access/guard.js'
import type { ModeHolder } from '../../access/mode.js'

export interface AccessRouteParts {
  readonly mode: ModeHolder
  readonly store: GuardParts['store']
}

/** The routes of mode and roles. */
export function accessRoutes({ mode, store }: AccessRouteParts): readonly ApiRoute[] {
  const topic = '/roles/topics/:topic'
  const roles = (...owners: readonly string[]): ApiRoute['handle'] => {
    return async request =>
      jsonAnswer([...ownRoles(request.principal), ...(await ownerRoles(request, owners))])
  }
  const ownerRoles = async (request: ApiRequest, owners: readonly string[]): Promise<readonly string[]> => {
    const { principal, params } = request
    if (owners.length === 0 || principal === unknownCaller) return []
    const asked = askedBy(params, null)
    const [ofTopic, ofSubscription] = principal.isAdmin
      ? [true, true]
      : [
          may(principal, 'owner', await ownedResource(store, { ...asked, subscription: null })),
          may(principal, 'owner', await ownedResource(store, asked)),
        ]
    return owners.filter(role => (role === 'topicOwner' ? ofTopic : ofSubscription))
  }
  return [
    reading('GET', '/mode', () => Promise.resolve(textAnswer(mode.mode())), 'text/plain'),
    {
      method: 'POST',
      path: '/mode',
      takesJson: false,
      produces: 'application/json',
      async handle({ query }) {
        await Promise.resolve()
        mode.set(modeOf(query.get('mode')))
        return emptyAnswer()
      },
    },
    reading('GET', '/roles', roles()),
    reading('GET', '/roles/caller', ({ principal }) => Promise.resolve(jsonAnswer(callerOf(principal)))),
    reading('GET', topic, roles('topicOwner')),
    reading('GET', `${topic}/subscriptions/:subscription`, roles('topicOwner', 'subscriptionOwner')),
  ]
}

/** Who is taken for whom, and what gives that one its rights. */
function callerOf(principal: Principal): JsonObject {
  const isNamed = principal !== everybody && principal !== unknownCaller
  return {
    name: isNamed ? principal.name : null,
    isAsked: principal !== everybody,
    roles: principal.grants.map(grantText),
    teams: principal.teams,
  }
}

function ownRoles(principal: Principal): readonly string[] {
  if (principal === unknownCaller) return []
  return principal.isAdmin ? ['admin', 'any'] : ['any']
}

function modeOf(text: string | null): 'readWrite' | 'readOnlyAdmin' {
  if (text === 'readWrite') return text
  if (text === 'readOnly' || text === 'readOnlyAdmin') return 'readOnlyAdmin'
  throw frameworkError(404)
}
