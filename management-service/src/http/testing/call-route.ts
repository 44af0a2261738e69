/**
 * Requests to a table of routes without a socket, for tests of what each row of the contract answers.
 * Takes routes and a request. Gives status, headers and body as a caller would see them.
 */
import { everybody, type Principal } from '@iris/common/access/principal'
import { problemBody } from '@iris/common/errors/problem'
import { HermesError } from '@iris/common/errors/hermes-error'
import type { ApiMethod, ApiRoute } from '@iris/common/http/api'

export interface RouteAnswer {
  readonly status: number
  /** The text as JSON where it is JSON, the text itself otherwise; null without a body. */
  readonly body: unknown
  readonly type: string
}

export interface RouteCall {
  readonly body?: unknown
  readonly accept?: string
  readonly principal?: Principal
}

/** Asks the first route of the table that fits, as the server does. */
export async function callRoute(
  routes: readonly ApiRoute[],
  method: ApiMethod,
  url: string,
  { body = null, accept = 'application/json', principal = everybody }: RouteCall = {},
): Promise<RouteAnswer> {
  const { pathname, searchParams: query } = new URL(url, 'http://unused')
  const found = routes.flatMap(route => {
    const params = route.method === method ? paramsOf(route.path, pathname) : null
    return params === null ? [] : [{ route, params }]
  })[0]
  if (found === undefined) return { status: 404, body: null, type: '' }
  try {
    const preferred = (types: readonly string[]): string | null => types.find(type => type === accept) ?? null
    const { route, params } = found
    const answer = await route.handle({
      method,
      params,
      query,
      body,
      principal,
      address: '127.0.0.1',
      preferred,
      judgeAgain: () => Promise.resolve(principal),
      header: () => null,
    })
    return { status: answer.status, body: contentOf(answer.content), type: answer.type }
  } catch (error) {
    if (!(error instanceof HermesError)) throw error
    return { status: error.status, body: contentOf(problemBody(error)), type: 'application/json' }
  }
}

function paramsOf(pattern: string, path: string): Record<string, string> | null {
  const names = pattern.split('/')
  const parts = path.split('/')
  if (names.length !== parts.length) return null
  const params: Record<string, string> = {}
  for (const [index, name] of names.entries()) {
    const part = decodeURIComponent(parts[index] ?? '')
    if (name.startsWith(':')) params[name.slice(1)] = part
    else if (name !== part) return null
  }
  return params
}

function contentOf(content: Buffer | string | null): unknown {
  if (content === null) return null
  const text = content.toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
