/**
 * `?dryRun=true` on every route that changes something: the same code over clients that write nothing.
 * Takes routes with their contracts, and a way to run them so. Gives routes that answer what would happen.
 * Promises: a dry run refuses what the change would refuse; a route that has none and does not say so stops
 * the start; one with a `dryRun` of its own keeps it.
 */
import { refusal } from '@iris/common/errors/hermes-error'
import { jsonAnswer, type ApiAnswer, type ApiRequest, type ApiRoute } from '@iris/common/http/api'
import { invariant } from '@iris/common/lifecycle/invariant'
import { routeKey, type PromisedRoute } from '../http/contract/contract.js'
import { isRehearsed } from '../http/contract/implied.js'
import type { DryRunAnswer } from './answer.js'
import { isDryRun } from './is-dry-run.js'

/** One dry run. */
export interface Rehearsal {
  /** All routes, over clients that write nothing. */
  readonly routes: readonly ApiRoute[]
  /** What would have happened by now. */
  answer(status: number): Promise<DryRunAnswer>
}

/** Lets routes be rehearsed. Throws, naming them, where some cannot be and do not say so. */
export function withDryRuns(
  routes: readonly PromisedRoute[],
  rehearse: () => Rehearsal,
): readonly PromisedRoute[] {
  const known = new Set(rehearse().routes.map(routeKey))
  const bare = routes.filter(route => isRehearsed(route) && !known.has(routeKey(route))).map(routeKey)
  if (bare.length > 0)
    throw new Error(`No dry run of ${bare.join(', ')}: rehearse it, or let its contract say \`hasNoDryRun\``)
  return routes.map(route => {
    if (route.contract.hasNoDryRun === true) return withoutDryRun(route)
    if (!isRehearsed(route)) return route
    const handle = async (request: ApiRequest): Promise<ApiAnswer> =>
      isDryRun(request.query) ? dryRun(route, request, rehearse()) : route.handle(request)
    return { ...route, handle }
  })
}

function withoutDryRun(route: PromisedRoute): PromisedRoute {
  return {
    ...route,
    async handle(request) {
      if (isDryRun(request.query))
        throw refusal('VALIDATION_ERROR', { problem: `${routeKey(route)} has no dry run` })
      return route.handle(request)
    },
  }
}

async function dryRun(route: PromisedRoute, request: ApiRequest, rehearsal: Rehearsal): Promise<ApiAnswer> {
  const key = routeKey(route)
  const rehearsed = rehearsal.routes.find(each => routeKey(each) === key)
  invariant(rehearsed !== undefined, 'a rehearsal has fewer routes than another', { key })
  const { status } = await rehearsed.handle(request)
  return jsonAnswer(await rehearsal.answer(status))
}
