// pure
/**
 * An OAuth provider: the token server that deliveries with an OAuth policy get their tokens from.
 * Takes a body or a node. Gives the checked provider, its JSON, and its JSON for answers, secret masked.
 * Refuses wrong JSON types (`FORMAT_ERROR`) and broken rules (`VALIDATION_ERROR`) with Hermes' texts.
 */
import { z } from 'zod'
import { plainInteger, plainText, readShape, type BodyPurpose, type JsonObject } from './json-shapes.js'
import { collectViolations, type Violations } from './violations.js'

/** A checked provider. All times are milliseconds. */
export interface OAuthProvider {
  readonly name: string
  /** An http or https address without credentials. */
  readonly tokenEndpoint: string
  readonly clientId: string
  /** In clear text: never to be logged or answered as it is. */
  readonly clientSecret: string
  /** Between requests for a token at first; each request makes it longer. */
  readonly tokenRequestInitialDelay: number
  /** The longest it becomes. */
  readonly tokenRequestMaxDelay: number
  /** A whole request for a token. */
  readonly requestTimeout: number
  /** Longest silence of the token server; 0 for no limit of its own. */
  readonly socketTimeout: number
}

/** What stands for a secret of OAuth in answers: a client's secret, a user's password. */
export const oAuthMask = '******'

export const oAuthProviderShape = z.object({
  name: plainText,
  tokenEndpoint: plainText,
  clientId: plainText,
  clientSecret: plainText,
  tokenRequestInitialDelay: plainInteger,
  tokenRequestMaxDelay: plainInteger,
  requestTimeout: plainInteger,
  socketTimeout: plainInteger,
})

type OAuthProviderForm = z.infer<typeof oAuthProviderShape>

const delayMsMax = 3_600_000
const timeoutMsMax = 60_000
const requestTimeoutMsMin = 100

/** Reads and checks a body. */
export function parseOAuthProvider(json: unknown, purpose: BodyPurpose = 'create'): OAuthProvider {
  const form = readShape(oAuthProviderShape, json, purpose)
  checkForm(form)
  return fillOAuthProvider(form, form.name ?? '')
}

/** The provider of a form that was checked, or of a node that another writer made. */
export function fillOAuthProvider(form: OAuthProviderForm, name: string): OAuthProvider {
  return {
    name,
    tokenEndpoint: form.tokenEndpoint ?? '',
    clientId: form.clientId ?? '',
    clientSecret: form.clientSecret ?? '',
    tokenRequestInitialDelay: form.tokenRequestInitialDelay ?? 0,
    tokenRequestMaxDelay: form.tokenRequestMaxDelay ?? 0,
    requestTimeout: form.requestTimeout ?? requestTimeoutMsMin,
    socketTimeout: form.socketTimeout ?? 0,
  }
}

/** The members of a provider's node, in Hermes' order, with its secret. */
export function oAuthProviderJson(provider: OAuthProvider): JsonObject {
  return {
    name: provider.name,
    tokenEndpoint: provider.tokenEndpoint,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    tokenRequestInitialDelay: provider.tokenRequestInitialDelay,
    tokenRequestMaxDelay: provider.tokenRequestMaxDelay,
    requestTimeout: provider.requestTimeout,
    socketTimeout: provider.socketTimeout,
  }
}

/** The members of a provider in an answer. */
export function oAuthProviderAnswer(provider: OAuthProvider): JsonObject {
  return oAuthProviderJson({ ...provider, clientSecret: oAuthMask })
}

/** Where to ask for tokens, or null for what is no address that HTTP can call. */
export function tokenUrl({ tokenEndpoint }: Pick<OAuthProvider, 'tokenEndpoint'>): URL | null {
  if (!/^https?:\/\//.test(tokenEndpoint) || !URL.canParse(tokenEndpoint)) return null
  const url = new URL(tokenEndpoint)
  return url.username === '' && url.password === '' ? url : null
}

const limits = {
  tokenRequestInitialDelay: [0, delayMsMax],
  tokenRequestMaxDelay: [0, delayMsMax],
  requestTimeout: [requestTimeoutMsMin, timeoutMsMax],
  socketTimeout: [0, timeoutMsMax],
} as const
const texts = ['tokenEndpoint', 'clientId', 'clientSecret'] as const

function checkForm(form: OAuthProviderForm): void {
  const violations = collectViolations()
  violations.name('OAuthProvider.name', form.name ?? '')
  for (const member of texts) checkText(violations, `OAuthProvider.${member}`, form[member] ?? '')
  if (form.tokenEndpoint && tokenUrl({ tokenEndpoint: form.tokenEndpoint }) === null)
    violations.add('OAuthProvider.tokenEndpoint must be an http or https address without credentials')
  for (const [member, [min, max]] of Object.entries(limits)) {
    const value = form[member as keyof typeof limits]
    // As in Hermes: only the limit of silence may be left out.
    if (member !== 'socketTimeout') violations.notNull(`OAuthProvider.${member}`, value)
    violations.atLeast(`OAuthProvider.${member}`, value ?? min, min)
    violations.atMost(`OAuthProvider.${member}`, value ?? min, max)
  }
  violations.refuseAny()
}

function checkText(violations: Violations, path: string, text: string): void {
  if (text === '') violations.add(`${path} must not be empty`)
  violations.plainText(path, text)
}
