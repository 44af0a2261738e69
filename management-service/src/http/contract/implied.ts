// pure
/**
 * What a contract need not say, because it follows from what it says.
 */
import type { ApiMethod } from '@iris/common/http/api'
import { dryRunAnswerShape } from '../../rehearsal/answer.js'
import { json, type PromisedRoute, type RouteContract } from './contract.js'
import { flag } from './parameters.js'

/**
 * Whether `?dryRun=true` tells what a route would do: it changes something, with no such word of its own, and
 * can foretell what.
 */
export function isRehearsed({ method, contract }: Pick<PromisedRoute, 'method' | 'contract'>): boolean {
  const { onlyAsks = false, hasNoDryRun = false, query } = contract
  return method !== 'GET' && !onlyAsks && !hasNoDryRun && query?.['dryRun'] === undefined
}

/** The query and the answers of a route, with those of its dry run. */
export function withDryRun(
  key: string,
  contract: RouteContract,
): Required<Pick<RouteContract, 'query' | 'answers'>> {
  const { query = {}, answers } = contract
  if (!isRehearsed({ method: key.split(' ')[0] as ApiMethod, contract })) return { query, answers }
  const told = { description: 'With `dryRun=true`: what would change', ...json(dryRunAnswerShape) }
  const own = answers[200]
  const isFree = own === undefined || Object.keys(own.content).length === 0
  return {
    query: { ...query, dryRun: flag('Only say what would change') },
    answers: isFree ? { ...answers, 200: told } : answers,
  }
}
