// pure
/**
 * The body that asks for an API key, and the one that asks for another secret of it.
 * Takes parsed JSON and the time. Gives checked values. Refuses unknown members, roles that are none, and an
 * end that is over: what a key may do must be what its maker meant.
 */
import { grantText, parseGrant } from '@iris/common/access/principal'
import { offsetDateTimeMs } from '@iris/common/domain/date-time'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { isNamePart } from '@iris/common/domain/names'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'

export interface KeyForm {
  readonly name: string
  /** As `role:group`. */
  readonly roles: readonly string[]
  readonly teams: readonly string[]
  readonly expiresAtMs: number | null
}

export const keyNameLettersMax = 100
export const rolesMax = 100
const teamsMax = 100
const teamLettersMax = 200
/** How long a rotated secret may go on: long enough for the slowest roll-out. */
export const keptSecondsMax = 90 * 86_400

/** Reads the body of a creation. */
export function keyFormOf(body: JsonObject, nowMs: number): KeyForm {
  refuseOthers(body, ['name', 'roles', 'teams', 'expiresAt'])
  const { name, roles = null, teams = null } = body
  if (typeof name !== 'string' || !isNamePart(name) || name.length > keyNameLettersMax)
    throw invalid(`name must match "[a-zA-Z0-9_.-]+" and have at most ${keyNameLettersMax} letters`)
  return {
    name,
    roles: rolesOf(roles),
    teams: teamsOf(teams),
    expiresAtMs: endOf(body['expiresAt'] ?? null, nowMs),
  }
}

/** Reads the body of a rotation: for how many milliseconds the old secret goes on. */
export function keptMsOf(body: JsonObject): number {
  refuseOthers(body, ['oldValidForSeconds'])
  const seconds = body['oldValidForSeconds'] ?? 0
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > keptSecondsMax)
    throw invalid(`oldValidForSeconds must be a whole number from 0 to ${keptSecondsMax}`)
  return seconds * 1000
}

function rolesOf(given: unknown): readonly string[] {
  const texts = given === null ? [] : textsOf('roles', given, rolesMax)
  const grants = texts.map(text => {
    const grant = parseGrant(text)
    if (grant !== null) return grantText(grant)
    throw invalid(
      `roles holds ${JSON.stringify(text.slice(0, 100))}: a role is written admin, or owner, publisher or ` +
        'reader with a group, such as publisher:shop, or reader:* for every group',
    )
  })
  return [...new Set(grants)]
}

function teamsOf(given: unknown): readonly string[] {
  const texts = given === null ? [] : textsOf('teams', given, teamsMax)
  const isWrong = (text: string): boolean =>
    text === '' || text.length > teamLettersMax || /\p{Cc}/u.test(text)
  if (texts.some(isWrong)) throw invalid(`teams must hold names of 1 to ${teamLettersMax} letters`)
  return [...new Set(texts)]
}

function textsOf(member: string, given: unknown, max: number): readonly string[] {
  const isRight = Array.isArray(given) && given.length <= max && given.every(each => typeof each === 'string')
  if (!isRight) throw invalid(`${member} must be a list of at most ${max} texts`)
  return given
}

function endOf(given: unknown, nowMs: number): number | null {
  if (given === null) return null
  const endMs = typeof given === 'string' ? offsetDateTimeMs(given) : null
  if (endMs === null || endMs <= nowMs)
    throw invalid('expiresAt must be a date and time to come, such as 2030-01-31T12:00:00Z')
  return endMs
}

function refuseOthers(body: JsonObject, names: readonly string[]): void {
  const unknown = Object.keys(body).find(name => !names.includes(name))
  if (unknown !== undefined)
    throw invalid(`${JSON.stringify(unknown.slice(0, 100))} is none of ${names.join(', ')}`)
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem })
}
