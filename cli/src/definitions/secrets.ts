// pure
/**
 * Secrets that a file of definitions refers to, and how they read where they are shown.
 * Takes members, and a way to get what `{env: NAME}` and `{file: PATH}` stand for. Gives the members with the
 * secrets in their places. Refuses secrets written out in the file, and those that are not there.
 */
import { isJsonObject, type JsonObject } from '@iris/common/domain/json-shapes'
import { isMasked, maskEndpoint } from '@iris/common/domain/endpoint'
import { oAuthMask } from '@iris/common/domain/oauth-provider'
import { isMaskedSigningKey, maskSigningKey } from '@iris/common/domain/signing'
import type { Kind } from './thing.js'

/** Gets a secret; null where there is none. */
export type ResolveReference = (reference: Reference) => string | null

export type Reference = { readonly env: string } | { readonly file: string }

export interface SecretProblem {
  readonly member: Path
  readonly problem: string
  readonly fix: string
}

/** Steps from a thing to a value in it. */
type Path = readonly (string | number)[]

/** How a secret reads in answers. */
interface Mask {
  readonly of: (secret: string) => string
  readonly is: (text: string) => boolean
}

/** A member that holds a secret, a list of them, or the text of a file. */
interface SecretMember {
  readonly path: readonly string[]
  readonly isList: boolean
  /** Null for what is no secret. */
  readonly mask: Mask | null
}

const stars: Mask = { of: () => oAuthMask, is: text => text === oAuthMask }
const keyMask: Mask = { of: maskSigningKey, is: isMaskedSigningKey }

const secretMembers: Readonly<Record<Kind, readonly SecretMember[]>> = {
  group: [],
  oauthProvider: [{ path: ['clientSecret'], isList: false, mask: stars }],
  topic: [{ path: ['schema'], isList: false, mask: null }],
  subscription: [
    { path: ['endpointPassword'], isList: false, mask: stars },
    { path: ['oAuthPolicy', 'password'], isList: false, mask: stars },
    { path: ['signing', 'keys'], isList: true, mask: keyMask },
  ],
}

/** Puts secrets in their places. */
export function withSecrets(
  kind: Kind,
  members: JsonObject,
  resolve: ResolveReference,
): { readonly members: JsonObject; readonly problems: readonly SecretProblem[] } {
  const problems: SecretProblem[] = []
  let resolved = members
  for (const { path, value, mask } of valuesOf(kind, members)) {
    const text = textOf(value, mask !== null, resolve)
    if (typeof text === 'string') resolved = withValue(resolved, path, text)
    else problems.push({ member: path, ...text })
  }
  const endpoint = withEndpointPassword(resolved)
  if ('problem' in endpoint) problems.push(endpoint)
  return { members: 'problem' in endpoint ? resolved : endpoint.members, problems }
}

/** Whether a thing has secrets, which answers never tell. */
export function hasSecrets(kind: Kind, members: JsonObject): boolean {
  const { endpoint } = members
  if (typeof endpoint === 'string' && maskEndpoint(endpoint) !== endpoint) return true
  return valuesOf(kind, members).some(({ value, mask }) => mask !== null && typeof value === 'string')
}

/** The members as answers show them. */
export function masked(kind: Kind, members: JsonObject): JsonObject {
  const { endpoint } = members
  let shown = typeof endpoint === 'string' ? { ...members, endpoint: maskEndpoint(endpoint) } : members
  for (const { path, value, mask } of valuesOf(kind, members))
    if (mask !== null && typeof value === 'string') shown = withValue(shown, path, mask.of(value))
  return shown
}

/** The members as a file may have them: a reference in the place of each mask. */
export function withReferences(
  kind: Kind,
  members: JsonObject,
  nameOf: (member: string) => string,
): JsonObject {
  let written = members
  for (const { path, value, mask } of valuesOf(kind, members))
    if (mask !== null && typeof value === 'string' && mask.is(value))
      written = withValue(written, path, { env: nameOf(path.join('_')) })
  const { endpoint } = written
  if (typeof endpoint !== 'string' || !isMasked(endpoint)) return written
  return { ...written, endpointPassword: { env: nameOf('endpointPassword') } }
}

function textOf(
  value: unknown,
  isSecret: boolean,
  resolve: ResolveReference,
): string | Omit<SecretProblem, 'member'> {
  if (typeof value === 'string') {
    if (!isSecret) return value
    return { problem: 'a secret must not stand in the file', fix: 'write {env: NAME} or {file: PATH}' }
  }
  const reference = referenceOf(value)
  if (reference === null)
    return { problem: 'this is no reference', fix: 'write {env: NAME} or {file: PATH}, and nothing else' }
  const text = resolve(reference)
  if (text !== null && text !== '') return text
  return 'env' in reference
    ? { problem: `the environment has no ${reference.env}`, fix: `export ${reference.env}=…` }
    : {
        problem: `the file ${reference.file} cannot be read, or is empty`,
        fix: 'make it, or correct the path',
      }
}

function referenceOf(value: unknown): Reference | null {
  if (!isJsonObject(value) || Object.keys(value).length !== 1) return null
  const { env, file } = value
  if (typeof env === 'string') return { env }
  return typeof file === 'string' ? { file } : null
}

/** The stars of an endpoint stand for the password beside it. */
function withEndpointPassword(members: JsonObject): { readonly members: JsonObject } | SecretProblem {
  const { endpointPassword: password, ...rest } = members
  const { endpoint } = rest
  const member = ['endpoint']
  if (typeof endpoint !== 'string') return { members: rest }
  if (isMasked(endpoint)) {
    if (typeof password === 'string')
      return {
        members: { ...rest, endpoint: endpoint.replace(/:\*+@/, `:${encodeURIComponent(password)}@`) },
      }
    return { member, problem: 'its password is masked', fix: 'add endpointPassword: {env: NAME} beside it' }
  }
  if (maskEndpoint(endpoint) !== endpoint)
    return {
      member,
      problem: 'a secret must not stand in the file',
      fix: 'write ***** for it, and endpointPassword: {env: NAME}',
    }
  return { members: rest }
}

/** What a thing has in the places of secrets and files; those of a list one by one. */
function valuesOf(
  kind: Kind,
  members: JsonObject,
): readonly { readonly path: Path; readonly value: unknown; readonly mask: Mask | null }[] {
  return secretMembers[kind].flatMap(({ path, isList, mask }) => {
    const value = path.reduce<unknown>((at, name) => (isJsonObject(at) ? at[name] : undefined), members)
    const values = isList
      ? (Array.isArray(value) ? value : []).map((each: unknown, index) => ({
          path: [...path, index],
          value: each,
          mask,
        }))
      : [{ path, value, mask }]
    return values.filter(each => each.value !== undefined && each.value !== null)
  })
}

/** A copy with another value at the end of the path, which is there. */
function withValue(members: JsonObject, path: Path, value: string | Reference): JsonObject {
  return replaced(members, path, value) as JsonObject
}

function replaced(whole: unknown, [step, ...rest]: Path, value: string | Reference): unknown {
  if (step === undefined) return value
  if (Array.isArray(whole))
    return whole.map((each: unknown, index) => (index === step ? replaced(each, rest, value) : each))
  if (!isJsonObject(whole)) return whole
  return { ...whole, [step]: replaced(whole[step], rest, value) }
}
