/**
 * Status pages: short texts that operators and load balancers ask for.
 * Takes what each page says now. Gives routes.
 * Promises: no `Content-Type` unless the page names one, as Hermes' frontend answers.
 */
import type { ServerResponse } from 'node:http'
import { answerWhole, type Route } from './router.js'

/** What a page says. */
export interface StatusAnswer {
  readonly status: number
  readonly body: string
  readonly contentType?: string
}

/** A page at an exact path. Text that takes time to make, such as metrics, comes as a promise. */
export interface StatusPage {
  readonly path: string
  read(): StatusAnswer | Promise<StatusAnswer>
}

/** The routes of some pages. A page that cannot be made is answered 500 and told to `onDefect`. */
export function statusRoutes(pages: readonly StatusPage[], onDefect: (error: unknown) => void): Route[] {
  return pages.map(page => ({
    method: 'GET',
    path: page.path,
    handle(_request, response) {
      const answer = page.read()
      if (!(answer instanceof Promise)) return send(response, answer)
      answer.then(
        made => send(response, made),
        (error: unknown) => {
          send(response, { status: 500, body: '' })
          onDefect(error)
        },
      )
    },
  }))
}

function send(response: ServerResponse, { status, body, contentType }: StatusAnswer): void {
  answerWhole(response, status, contentType === undefined ? [] : ['Content-Type', contentType], body)
}
