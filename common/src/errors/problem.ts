// pure
/**
 * The body of a refusal: as Hermes writes it, or as problem details (RFC 9457) for who asks for them.
 * Takes a refusal, and the `Accept` of its request. Gives media type and text.
 * Promises: Hermes' body is `{"message":…,"code":…}` with exactly these members in this order; who does not
 * name `application/problem+json` gets it.
 */
import { errorCodes, type ErrorCode, type ErrorRow } from './codes.js'
import type { HermesError } from './hermes-error.js'

/** The media type of problem details. */
export const problemType = 'application/problem+json'
const jsonType = 'application/json'

/** An error body on its way. */
export interface WrittenProblem {
  readonly contentType: string
  readonly body: string
}

/** The error body as Hermes writes it. */
export function problemBody(error: HermesError): string {
  return JSON.stringify({ message: error.message, code: error.code })
}

/** The error body that `accept` asks for. `messageId`: of the message that was refused, where it has one. */
export function writeProblem(
  error: HermesError,
  accept: string | undefined,
  messageId: string | null = null,
): WrittenProblem {
  if (!prefersProblem(accept)) return { contentType: jsonType, body: problemBody(error) }
  return { contentType: problemType, body: JSON.stringify(problemDetails(error, messageId)) }
}

/** Members of problem details; `code` and what follows it are extensions of ours. */
export function problemDetails(
  error: HermesError,
  messageId: string | null = null,
): Readonly<Record<string, unknown>> {
  const { code, status, message, about } = error
  const row: ErrorRow = errorCodes[code]
  const fix = about.fix ?? row.fix
  return {
    type: `urn:iris:error:${code.toLowerCase().replaceAll('_', '-')}`,
    title: titleOf(code),
    status,
    detail: message,
    ...(messageId === null ? {} : { instance: `urn:uuid:${messageId}` }),
    code,
    ...about,
    ...(fix === undefined ? {} : { fix }),
  }
}

/** Whether problem details are named, and not below plain JSON. Wildcards do not name them. */
export function prefersProblem(accept: string | undefined): boolean {
  if (accept === undefined || !accept.toLowerCase().includes(problemType)) return false
  let problem = 0
  let json = 0
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map(part => part.trim())
    if (type === problemType) problem = Math.max(problem, qualityOf(parameters))
    if (type === jsonType) json = Math.max(json, qualityOf(parameters))
  }
  return problem > 0 && problem >= json
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find(parameter => parameter.startsWith('q='))
  const quality = given === undefined ? 1 : Number(given.slice(2))
  return quality >= 0 && quality <= 1 ? quality : 0
}

/** `TOPIC_NOT_EXISTS` is "Topic not exists": the same for every problem of a code. */
function titleOf(code: ErrorCode): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
