/**
 * What readers are answered over HTTP.
 * Takes bodies, refusals, and the origins whose pages may read. Gives answers that no cache and no proxy
 * keeps. Promises: a page of another origin reads nothing, unless the configuration names it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HermesError } from '@iris/common/errors/hermes-error'
import { writeProblem } from '@iris/common/errors/problem'
import { answerWhole, jsonHeaders } from '@iris/common/http/router'

/** One request, its response, and the topic that it names. */
export interface ReadCall {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly topic: string
}

export interface HttpAnswers {
  /** Begins a stream. */
  beginStream(request: IncomingMessage, response: ServerResponse): void
  /** `more`: further names and values of headers. */
  json(request: IncomingMessage, response: ServerResponse, body: Buffer, more?: readonly string[]): void
  refuse(request: IncomingMessage, response: ServerResponse, error: HermesError): void
}

const uncached = ['Cache-Control', 'no-store']

/** Makes them. */
export function createHttpAnswers(origins: readonly string[]): HttpAnswers {
  const all = origins.includes('*')
  const known = new Set(origins)
  const shared = ({ headers: { origin } }: IncomingMessage): string[] => {
    if (known.size === 0) return []
    if (all) return ['Access-Control-Allow-Origin', '*']
    const isKnown = origin !== undefined && known.has(origin)
    return ['Vary', 'Origin', ...(isKnown ? ['Access-Control-Allow-Origin', origin] : [])]
  }
  return {
    beginStream(request, response) {
      const type = ['Content-Type', 'text/event-stream; charset=utf-8', 'X-Accel-Buffering', 'no']
      response.writeHead(200, [...type, ...uncached, ...shared(request), 'Connection', 'close'])
    },
    json(request, response, body, more = []) {
      answerWhole(response, 200, [...jsonHeaders, ...shared(request), ...more], body)
    },
    refuse(request, response, error) {
      const { contentType, body } = writeProblem(error, request.headers.accept)
      const headers = ['Content-Type', contentType, ...uncached, ...shared(request)]
      answerWhole(response, error.status, [...headers, ...Object.entries(error.headers).flat()], body)
    },
  }
}
