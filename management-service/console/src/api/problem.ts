// pure
/**
 * A refusal of management as the console shows it.
 * Takes a status and the body of the answer (problem details, or `{"message","code"}`). Gives one sentence, a
 * code, what helps, and what is wrong at which field.
 */

/** What is wrong, by JSON pointer of the field; the pointer is empty where no field is meant. */
export type FieldProblems = ReadonlyMap<string, string>

/** What is wrong at the member or below it: a list or object is one field of a form. */
export function problemAt(problems: FieldProblems, pointer: string): string | undefined {
  for (const [place, text] of problems) if (place === pointer || place.startsWith(`${pointer}/`)) return text
  return undefined
}

/** The same of a body that is a part of what a person writes: `at` is where it stands there. */
export function problemsBelow(at: string, problems: FieldProblems): FieldProblems {
  return at === '' ? problems : new Map([...problems].map(([place, text]) => [at + place, text]))
}

/** A call that was refused, or that found nobody. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  constructor(
    /** The HTTP status; 0 where there was no answer. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fix: string | null,
    readonly fields: FieldProblems,
  ) {
    super(message)
  }
}

/** Whether it was refused for who calls: another key would help, to ask again with the same does not. */
export function isForbidden(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false
  const { status, code } = error
  return status === 401 || (status === 403 && code === 'OTHER')
}

/** Whether nobody answered. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 0
}

/** Reads an answer that is no success. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const said = isRecord(body) ? body : {}
  const detail = textOf(said['detail']) ?? textOf(said['message']) ?? `Management answered ${status}`
  const code = textOf(said['code']) ?? `HTTP ${status}`
  return new ApiProblem(status, code, detail, textOf(said['fix']), fieldsOf(said, detail))
}

/** What to say where management did not answer at all. */
export function unreachable(cause: unknown): ApiProblem {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ApiProblem(0, 'UNREACHABLE', `Management does not answer (${reason})`, null, new Map())
}

function fieldsOf(said: Readonly<Record<string, unknown>>, detail: string): FieldProblems {
  const fields = new Map<string, string>()
  const add = (pointer: unknown, text: string): void => {
    const place = textOf(pointer) ?? ''
    if (!fields.has(place)) fields.set(place, text)
  }
  const errors = Array.isArray(said['errors']) ? said['errors'].filter(isRecord) : []
  for (const error of errors) add(error['pointer'], textOf(error['detail']) ?? detail)
  if (fields.size === 0) add(said['pointer'], detail)
  return fields
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
