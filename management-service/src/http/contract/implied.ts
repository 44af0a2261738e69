// pure
/**
 * What a contract need not say, because it follows from what it says.
 */
import { z } from 'zod'
import type { ApiMethod } from '@iris/common/http/api'
import { dryRunAnswerShape } from '../../rehearsal/answer.js'
import { json, type AnswerContract, type PromisedRoute, type RouteContract } from './contract.js'
import { flag } from './parameters.js'

const jsonType = 'application/json'

/**
 * Whether `?dryRun=true` tells what a route would do: it changes something, with no such word of its own, and
 * can foretell what.
 */
export function isRehearsed({ method, contract }: Pick<PromisedRoute, 'method' | 'contract'>): boolean {
  const { onlyAsks = false, hasNoDryRun = false, query } = contract
  return method !== 'GET' && !onlyAsks && !hasNoDryRun && query?.['dryRun'] === undefined
}

/** Whether it reads the word `dryRun`, be it to refuse it. */
export function readsDryRun(route: Pick<PromisedRoute, 'method' | 'contract'>): boolean {
  return isRehearsed(route) || route.contract.hasNoDryRun === true
}

/**
 * The query and the answers of a route, with those of its dry run. Where the change itself is answered with
 * an empty 200 the document cannot say that a dry run has content: its description does.
 */
export function withDryRun(
  key: string,
  contract: RouteContract,
): Required<Pick<RouteContract, 'query' | 'answers'>> {
  const { query = {}, answers } = contract
  if (!isRehearsed({ method: key.split(' ')[0] as ApiMethod, contract })) return { query, answers }
  return {
    query: { ...query, dryRun: flag('Only say what would change') },
    answers: { ...answers, 200: toldOr(answers[200]) },
  }
}

const told = 'With `dryRun=true`: what would change'

function toldOr(own: AnswerContract | undefined): AnswerContract {
  if (own === undefined) return { description: told, ...json(dryRunAnswerShape) }
  const described = { ...own, description: `${own.description ?? 'Done'}. ${told}, as \`DryRun\`` }
  const shown = own.content[jsonType]
  if (shown === undefined || shown.schema === null) return described
  const either = { ...shown, schema: z.union([shown.schema, dryRunAnswerShape]) }
  return { ...described, content: { ...own.content, [jsonType]: either } }
}
