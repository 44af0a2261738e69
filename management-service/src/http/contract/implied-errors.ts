// pure
/**
 * The errors of a route, those that it names and those that follow from what it is.
 * Takes a route's name and contract. Gives codes by status.
 */
import { errorCodes, type ErrorCode } from '@iris/common/errors/codes'
import type { ApiMethod } from '@iris/common/http/api'
import type { ErrorWord, RouteContract } from './contract.js'
import { readsDryRun } from './implied.js'
import { pathParameters } from './parameters.js'

/** A code that is answered with a status. */
export interface ErrorPlace {
  readonly code: ErrorCode
  readonly status: number
}

/** Of every route: what is not acceptable, and a defect of ours. */
const ofAll: readonly ErrorWord[] = ['OTHER 406', 'OTHER']
/** Of those that ask who somebody is, and then ZooKeeper. */
const ofKnown: readonly ErrorWord[] = [
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'STORAGE_UNAVAILABLE',
  'INTERNAL_ERROR',
  // A read-only mode.
  'OTHER 503',
]
/** Of those that show contents, or change or ask something by another method than GET. */
const ofOwnPages: readonly ErrorWord[] = ['CROSS_SITE_REQUEST']
/** Of those that read `dryRun`: a word that is neither true nor false. */
const ofDryRun: readonly ErrorWord[] = ['VALIDATION_ERROR']
/** Of those that take a body. */
const ofBody: readonly ErrorWord[] = [
  'FORMAT_ERROR',
  'VALIDATION_ERROR',
  'OTHER 400',
  'OTHER 413',
  'VALIDATION_ERROR 415',
  'UNSUPPORTED_CONTENT_ENCODING',
]

/** Names of the parts of a path: `:topic` is `topic`. */
export function pathNames(key: string): readonly string[] {
  return [...key.matchAll(/[:*](\w+)/g)].flatMap(match => match[1] ?? [])
}

/** All errors of a route of management, by status. */
export function errorsOf(key: string, contract: RouteContract): ReadonlyMap<number, readonly ErrorCode[]> {
  const names = pathNames(key)
  const undecodable: readonly ErrorWord[] = names.length > 0 ? ['OTHER 400'] : []
  return byStatus([
    ...names.flatMap(name => pathParameters[name]?.errors ?? []),
    ...undecodable,
    ...(contract.errors ?? []),
    ...(contract.body === undefined ? [] : ofBody),
    ...(contract.right === 'anyone' ? [] : ofKnown),
    ...(key.startsWith('GET ') && contract.shows === undefined ? [] : ofOwnPages),
    ...(readsDryRun({ method: key.split(' ')[0] as ApiMethod, contract }) ? ofDryRun : []),
    ...ofAll,
  ])
}

/** Errors by status, each once, in the order of the statuses. */
export function byStatus(words: readonly ErrorWord[]): ReadonlyMap<number, readonly ErrorCode[]> {
  const found = new Map<number, Set<ErrorCode>>()
  for (const { code, status } of words.map(placeOf)) {
    const codes = found.get(status) ?? new Set()
    found.set(status, codes.add(code))
  }
  return new Map(
    [...found].sort(([one], [other]) => one - other).map(([status, codes]) => [status, [...codes]]),
  )
}

function placeOf(word: ErrorWord): ErrorPlace {
  const [code, status] = word.split(' ') as [ErrorCode, string | undefined]
  return { code, status: status === undefined ? errorCodes[code].status : Number(status) }
}
