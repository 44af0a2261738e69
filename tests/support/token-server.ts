/**
 * A token server of OAuth that does what a test tells it.
 * Takes requests for tokens. Gives each another token, and remembers what it was asked.
 * Promises: a token is known from the moment it is given; a request is recorded before it is answered.
 */
import { startSubscriber, type Answer, type Received, type Subscriber } from './subscriber.js'

/** A running token server. */
export interface TokenServer {
  /** Its token endpoint. */
  readonly url: string
  /** Every request so far, its form as members. */
  requests(): readonly TokenRequest[]
  /** Tokens given so far, oldest first. */
  tokens(): readonly string[]
  /** Decides about every request from now on; null gives a token. */
  answerWith(decide: (request: TokenRequest) => Answer | null): void
  /** How long the tokens given from now on live; null says nothing about it. */
  setLifetime(seconds: number | null): void
  stop(): Promise<void>
}

/** One request for a token. */
export interface TokenRequest {
  readonly received: Received
  readonly form: Readonly<Record<string, string>>
}

const path = '/oauth/token'

/** Starts a token server; its tokens begin with `prefix`. */
export async function startTokenServer(prefix = 'token'): Promise<TokenServer> {
  const server: Subscriber = await startSubscriber()
  const asked: TokenRequest[] = []
  const given: string[] = []
  let decide: (request: TokenRequest) => Answer | null = () => null
  let lifetimeS: number | null = null

  server.answerWith(received => {
    const request = { received, form: Object.fromEntries(new URLSearchParams(received.body.toString())) }
    asked.push(request)
    return decide(request) ?? grant()
  })
  const grant = (): Answer => {
    const token = `${prefix}-${given.length + 1}`
    given.push(token)
    const lifetime = lifetimeS === null ? {} : { expires_in: lifetimeS }
    const body = JSON.stringify({ access_token: token, token_type: 'bearer', ...lifetime })
    return { headers: { 'Content-Type': 'application/json' }, body }
  }
  return {
    url: server.url + path,
    requests: () => asked,
    tokens: () => given,
    answerWith: next => void (decide = next),
    setLifetime: seconds => void (lifetimeS = seconds),
    stop: () => server.stop(),
  }
}
