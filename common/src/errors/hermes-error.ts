/**
 * A refusal: the caller's doing, or the world's that the caller must know of.
 * Takes a code of the table and the values of its text. Gives an error with status, code and text.
 * Promises: its text is for the caller; it is never logged with a stack.
 */
import { errorCodes, type ErrorCode, type ErrorText } from './codes.js'

/** Which text of the table applies. */
export type ErrorVoice = 'frontend' | 'management'

/** One of several things that are wrong. */
export interface ErrorPart {
  readonly detail: string
  /** Where it stands in the body, as a JSON pointer. */
  readonly pointer?: string
}

/** What else is known of a refusal, for who asks for problem details. */
export interface ErrorAbout {
  /** What is wrong in plain words, where the text of the contract is poor in them. */
  readonly detail?: string
  /** The header or member that is wrong. */
  readonly field?: string
  /** Where it stands in the body, as a JSON pointer. */
  readonly pointer?: string
  /** The bound that was passed. */
  readonly limit?: number
  /** Where more than one thing is wrong: each of them. */
  readonly errors?: readonly ErrorPart[]
  /** What helps, where the table has no sentence for the code or a worse one. */
  readonly fix?: string
  /** What stands in the way, by name. */
  readonly dependants?: readonly string[]
  /** Which members are others than the caller thinks, and what they are; secrets masked. */
  readonly difference?: readonly unknown[]
}

const nothing: ErrorAbout = {}

export class HermesError extends Error {
  override readonly name = 'HermesError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** The status of the table unless the contract names another for this case. */
    readonly status: number = errorCodes[code].status,
    /** Headers the answer carries, such as `Retry-After`. */
    readonly headers: Readonly<Record<string, string>> = {},
    readonly about: ErrorAbout = nothing,
  ) {
    super(message)
  }
}

/** Makes a refusal with the text of the table. */
export function refusal(
  code: ErrorCode,
  values: Readonly<Record<string, string | number>>,
  voice: ErrorVoice = 'management',
  about: ErrorAbout = nothing,
): HermesError {
  return new HermesError(code, fill(errorCodes[code].text, values, voice), undefined, undefined, about)
}

/** The same refusal, whose answer carries these headers beside its own. */
export function withHeaders(error: HermesError, headers: Readonly<Record<string, string>>): HermesError {
  return new HermesError(
    error.code,
    error.message,
    error.status,
    { ...error.headers, ...headers },
    error.about,
  )
}

function fill(text: ErrorText, values: Readonly<Record<string, string | number>>, voice: ErrorVoice): string {
  const template = typeof text === 'string' ? text : text[voice]
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
