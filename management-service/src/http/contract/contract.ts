/**
 * What a route promises: who may call it, what it takes, what it answers.
 * Takes tables, one a resource. Gives routes that know their contract.
 * Promises: a route without a contract, or a contract without a route, stops the start with its name.
 */
import { z } from 'zod'
import type { ApiMethod, ApiRoute } from '@iris/common/http/api'
import type { Right } from '@iris/common/access/principal'
import type { ErrorCode } from '@iris/common/errors/codes'

/** A code of the table, with another status than the table's where the route answers one. */
export type ErrorWord = ErrorCode | `${'OTHER' | 'VALIDATION_ERROR'} ${number}`

/** Content of one media type. */
export interface MediaContract {
  /** Null for bytes and texts of any form. */
  readonly schema: z.ZodType | null
  readonly example?: unknown
}

/** What a request carries. */
export interface BodyContract {
  readonly schema: z.ZodType
  readonly example: unknown
  /** Members without which it is refused; the shapes themselves take whatever a patch may leave out. */
  readonly required?: readonly string[]
  /** Media types; JSON unless they say something else. */
  readonly types?: readonly string[]
  /** Whether it may be empty. */
  readonly isOptional?: boolean
}

/** What a success carries. */
export interface AnswerContract {
  readonly description?: string
  /** By media type; empty where the answer has no body. */
  readonly content: Readonly<Record<string, MediaContract>>
  /** Names of headers with a sentence each. */
  readonly headers?: Readonly<Record<string, string>>
}

/** One method of one path. */
export interface RouteContract {
  readonly summary: string
  /** What the summary leaves open; CommonMark. */
  readonly description?: string
  /** Who may call it where management asks who somebody is. */
  readonly right: Right
  /**
   * It shows each caller what that one may see, or nobody's data: whoever is known may call it. A route that
   * does not say so, and names no group, topic or owner, is about all groups.
   */
  readonly isForEachCaller?: boolean
  /** Whether it changes nothing although its method is not GET: then it has no dry run. */
  readonly onlyAsks?: boolean
  /** Whether `?dryRun=true` is refused: it steers what runs on after the answer, so nothing is foretold. */
  readonly hasNoDryRun?: boolean
  /**
   * Whether it shows messages, keys or people, not only definitions and figures: pages of other origins are
   * refused, unless the settings name theirs. Hermes' own routes answer as they do there.
   */
  readonly shows?: 'contents'
  /** Parameters of the query by name. */
  readonly query?: Readonly<Record<string, z.ZodType>>
  /** Headers of the request by name. */
  readonly headers?: Readonly<Record<string, z.ZodType>>
  readonly body?: BodyContract
  /** By status. */
  readonly answers: Readonly<Record<number, AnswerContract>>
  /** Beyond those that follow from path, body and right: see `errorsOf`. */
  readonly errors?: readonly ErrorWord[]
}

/** `'GET /topics/:topic'`, as the route says it. */
export type RouteKey = `${ApiMethod} /${string}`

/** The routes of one resource. */
export interface ResourceContract {
  /** The heading that they stand below. */
  readonly tag: string
  readonly description: string
  /** Whether frontends serve it, and management only describes it. */
  readonly isOfFrontend?: boolean
  readonly routes: Readonly<Partial<Record<RouteKey, RouteContract>>>
}

/** A route that knows what it promises. */
export interface PromisedRoute extends ApiRoute {
  readonly tag: string
  readonly contract: RouteContract
}

/** The name of a route in the tables. */
export function routeKey({ method, path }: Pick<ApiRoute, 'method' | 'path'>): RouteKey {
  return `${method} ${path as `/${string}`}`
}

/** Gives each route its contract. Throws, naming them, when one of both is missing. */
export function withContracts(
  routes: readonly ApiRoute[],
  resources: readonly ResourceContract[],
): readonly PromisedRoute[] {
  const rows = resources.flatMap(({ tag, routes: table }) =>
    Object.entries(table).flatMap(([key, contract]) =>
      contract === undefined ? [] : [{ key, tag, contract }],
    ),
  )
  const known = new Map(rows.map(row => [row.key, row]))
  const bare = routes.map(routeKey).filter(key => !known.has(key))
  const served = new Set<string>(routes.map(routeKey))
  const idle = rows.map(row => row.key).filter(key => !served.has(key))
  const twice = rows.map(row => row.key).filter((key, index, all) => all.indexOf(key) < index)
  const problems = [
    ...bare.map(key => `${key} has no contract: add it below management-service/src/http/contract`),
    ...idle.map(key => `${key} has a contract and no route`),
    ...twice.map(key => `${key} has two contracts`),
  ]
  if (problems.length > 0) throw new Error(`Routes and contracts differ. ${problems.join('; ')}`)
  return routes.flatMap(route => {
    const row = known.get(routeKey(route))
    if (row === undefined) return []
    const { tag, contract } = row
    return [{ ...route, tag, contract, ...(contract.shows === undefined ? {} : { shows: contract.shows }) }]
  })
}

/** An answer without a body. */
export const nothing: AnswerContract = { content: {} }

/** A JSON answer. */
export function json(schema: z.ZodType, example?: unknown): AnswerContract {
  return { content: { 'application/json': example === undefined ? { schema } : { schema, example } } }
}

/** Of a change that may be made for one version only. */
export const versioned = {
  'If-Match': z.string().optional().describe('The `ETag` that was read: another version is 409'),
}

/** The JSON of a definition, with its version. */
export function definition(schema: z.ZodType, example: unknown): AnswerContract {
  return { ...json(schema, example), headers: { ETag: 'The version, to be named in `If-Match` of a change' } }
}

/** A text. */
export function text(example: string, type = 'text/plain'): AnswerContract {
  return { content: { [type]: { schema: null, example } } }
}

/** The member of an answer that is there only where a secret cannot be opened. */
export const secretsProblem = z
  .string()
  .optional()
  .describe('Why a secret cannot be opened, and how to mend it; absent otherwise')
