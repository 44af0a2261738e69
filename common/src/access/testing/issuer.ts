/**
 * An issuer of tokens for tests: its keys, its answers, and tokens of every kind of wrong.
 * Takes what to sign. Gives tokens, and a caller that answers as the issuer's server would.
 */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose'
import type { Call, CallAnswer, Caller } from '../../http/calls.js'

export interface TestIssuer {
  readonly url: string
  /** Answers as its server; `null` from {@link TestIssuer.answerWith} rejects. */
  readonly caller: Caller
  /** What it was asked so far. */
  readonly asked: string[]
  /** Makes a further key and signs with it from now on; the former is shown no more with `isWithdrawn`. */
  rotate(kid: string, isWithdrawn?: boolean): Promise<void>
  /** Decides about every answer from now on; undefined answers as it should. */
  answerWith(answer: CallAnswer | null | undefined): void
  /** What its two documents are right now. */
  documents(): Readonly<Record<string, unknown>>
  token(claims: JWTPayload, header?: Readonly<Record<string, string>>): Promise<string>
}

const algorithm = 'ES256'

/** Makes an issuer with one key, `first`. */
export async function createTestIssuer(url = 'http://127.0.0.1:1/realm'): Promise<TestIssuer> {
  const shown = new Map<string, JWK>()
  const asked: string[] = []
  let signing: { readonly kid: string; readonly key: CryptoKey } | null = null
  let fixed: CallAnswer | null | undefined
  const rotate = async (kid: string, isWithdrawn = false): Promise<void> => {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
    if (isWithdrawn) shown.clear()
    shown.set(kid, { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' })
    signing = { kid, key: privateKey }
  }
  await rotate('first')
  const documents = (): Readonly<Record<string, unknown>> => ({
    [`${url}/.well-known/openid-configuration`]: { issuer: url, jwks_uri: `${url}/keys` },
    [`${url}/keys`]: { keys: [...shown.values()] },
  })
  return {
    ...{ url, asked, rotate, documents },
    answerWith: answer => void (fixed = answer),
    caller: {
      async call({ url: target }: Call) {
        await Promise.resolve()
        asked.push(target)
        if (fixed === null) throw new Error('the issuer is away')
        if (fixed !== undefined) return fixed
        const found = documents()[target]
        return found === undefined ? { status: 404, text: '' } : { status: 200, text: JSON.stringify(found) }
      },
      stop: () => Promise.resolve(),
    },
    token(claims, header = {}) {
      if (signing === null) throw new Error('there is no key')
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: signing.kid, ...header })
      return jwt.sign(signing.key)
    },
  }
}
