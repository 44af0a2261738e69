/**
 * `?dryRun=true` on every route that changes something.
 * Takes routes with their contracts, and a way to run them without writing. Gives routes that answer what
 * would happen where they are asked to. Promises: a dry run is the same code over clients that write
 * nothing, so it refuses what the change would refuse, and no route can forget it. Routes that have a
 * `dryRun` of their own keep it; those that only ask are left as they are; those that have none refuse it.
 */
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { jsonAnswer, type ApiAnswer, type ApiRequest, type ApiRoute } from '@iris/common/http/api'
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

/** Lets routes be rehearsed. */
export function withDryRuns(
  routes: readonly PromisedRoute[],
  rehearse: () => Rehearsal,
): readonly PromisedRoute[] {
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
      if (isDryRun(request.query)) throw noDryRun(routeKey(route))
      return route.handle(request)
    },
  }
}

async function dryRun(route: PromisedRoute, request: ApiRequest, rehearsal: Rehearsal): Promise<ApiAnswer> {
  const key = routeKey(route)
  const rehearsed = rehearsal.routes.find(each => routeKey(each) === key)
  if (rehearsed === undefined) throw noDryRun(key)
  const { status } = await rehearsed.handle(request)
  return jsonAnswer(await rehearsal.answer(status))
}

function noDryRun(key: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem: `${key} has no dry run` })
}
