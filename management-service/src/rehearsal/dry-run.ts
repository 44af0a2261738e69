/**
 * `?dryRun=true` on every route that changes something.
 * Takes routes with their contracts, and a way to run them without writing. Gives routes that answer what
 * would happen where they are asked to. Promises: a dry run is the same code over clients that write
 * nothing, so it refuses what the change would refuse, and no route can forget it. Routes that have a
 * `dryRun` of their own keep it; those that only ask are left as they are.
 */
import { refusal } from '@iris/common/errors/hermes-error'
import { jsonAnswer, type ApiAnswer, type ApiRequest, type ApiRoute } from '@iris/common/http/api'
import { routeKey, type PromisedRoute } from '../http/contract/contract.js'
import { isRehearsed } from '../http/contract/implied.js'
import type { DryRunAnswer } from './answer.js'

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
    if (!isRehearsed(route)) return route
    const handle = (request: ApiRequest): Promise<ApiAnswer> =>
      isDryRun(request) ? dryRun(route, request, rehearse()) : route.handle(request)
    return { ...route, handle }
  })
}

async function dryRun(route: PromisedRoute, request: ApiRequest, rehearsal: Rehearsal): Promise<ApiAnswer> {
  const key = routeKey(route)
  const rehearsed = rehearsal.routes.find(each => routeKey(each) === key)
  if (rehearsed === undefined) throw refusal('VALIDATION_ERROR', { problem: `${key} has no dry run` })
  const { status } = await rehearsed.handle(request)
  return jsonAnswer(await rehearsal.answer(status))
}

/** A word that is neither yes nor no is refused: who mistypes it must not change anything. */
function isDryRun({ query }: ApiRequest): boolean {
  const word = query.get('dryRun')
  if (word === null || word === 'false') return false
  if (word === 'true') return true
  throw refusal('VALIDATION_ERROR', { problem: `dryRun must be true or false, not ${word.slice(0, 20)}` })
}
