/**
 * The tokens of all subscriptions of this process, one each.
 * Takes who needs a token and by which policy. Gives a lease: the token as it is now, asked for and renewed
 * behind. Promises: deliveries wait for a first token only, and no longer than its request may take; what a
 * token server says never reaches a log. Bound: `tokensMax` tokens; beyond, the one not used for longest is
 * forgotten and asked for again when a message needs it.
 */
import type { OAuthPolicy } from '@iris/common/domain/subscription-form'
import type { OAuthProvider } from '@iris/common/domain/oauth-provider'
import type { AttemptResult, HttpClient, OutgoingRequest, Sending } from '@iris/common/http/client'
import type { Log } from '@iris/common/lifecycle/log'
import { consumersMetrics } from '@iris/common/metrics/names'
import type { Metrics } from '@iris/common/metrics/registry'
import { createAlarm, type Alarm } from '@iris/common/time/alarm'
import type { Clock, Random } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { Vault } from '@iris/common/secrets/vault'
import type { Definitions } from '@iris/common/zookeeper/definitions'
import { retryAfterMs } from '@iris/common/http/retry-after'
import { createTokenServers, type TokenServer, type TokenServers } from './providers.js'
import { createTokenLife, type AttemptEnding, type TokenLife, type TokenPace } from './token-life.js'
import { formOf, isTold, readTokenAnswer, tokenHeaders } from './token-request.js'

/** Who needs a token, and by which policy. */
export interface TokenUse {
  readonly subscription: string
  /** Group, topic and subscription, for the figures. */
  readonly labels: readonly [group: string, topic: string, subscription: string]
  readonly policy: OAuthPolicy
}

export interface TokenLease {
  token(): string | null
  /** Why deliveries wait, or null. */
  awaited(): string | null
  /** Deliveries wait: a token that had to make room is asked for again. */
  wanted(): void
  /** Whether a new token is on its way. */
  isRenewing(): boolean
  /** `attemptedAtMs` is when the attempt began. */
  attemptEnded(ending: AttemptEnding, attemptedAtMs: number): void
  end(): void
}

export interface TokenListener {
  /** There is another token. */
  arrived(): void
  /** There is none any more. */
  gone(): void
}

export interface Tokens {
  /** Begins to ask for a token. */
  lease(use: TokenUse, listener: TokenListener): TokenLease
  stop(): void
}

export interface TokensParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly log: Log
  readonly client: Pick<HttpClient, 'target'>
  readonly definitions: Pick<Definitions, 'oAuthProvider' | 'onOAuthProvider'>
  readonly vault: Pick<Vault, 'open'>
  readonly metrics: Metrics
}

export interface TokensOptions {
  readonly tokensMax: number
  /** By how much each request makes the wait for the next one longer. */
  readonly reductionFactor: number
}

/** Makes the tokens of a process. */
export function createTokens(parts: TokensParts, options: TokensOptions): Tokens {
  const leases = new Set<Lease>()
  const servers = createTokenServers(parts)
  const cancel = servers.onChange(name => {
    for (const lease of leases) if (lease.use.policy.providerName === name) lease.providerChanged()
  })
  let isCrowded = false
  const makeRoom = (newest: Lease): void => {
    const holders = [...leases].filter(lease => lease.token() !== null)
    if (holders.length <= options.tokensMax) return
    if (!isCrowded) parts.log.warn('oauth.tooManyTokens', { tokensMax: options.tokensMax })
    isCrowded = true
    const others = holders.filter(lease => lease !== newest)
    others.toSorted((one, other) => one.usedMs - other.usedMs)[0]?.forget()
  }
  const common: LeaseParts = { ...parts, servers, factor: options.reductionFactor, makeRoom }
  return {
    lease(use, listener) {
      const lease = new Lease(common, use, listener, () => void leases.delete(lease))
      leases.add(lease)
      lease.look()
      return lease
    },
    stop() {
      cancel()
      for (const lease of [...leases]) lease.end()
    },
  }
}

interface LeaseParts extends TokensParts {
  readonly servers: TokenServers
  readonly factor: number
  /** A token came: another may have to go. */
  makeRoom(newest: Lease): void
}

class Lease implements TokenLease {
  /** When an attempt last ended that could have carried the token. */
  usedMs = 0
  private readonly life: TokenLife
  private readonly alarm: Alarm
  private sending: Sending | null = null
  private problem = ''
  private isEnded = false

  constructor(
    private readonly parts: LeaseParts,
    readonly use: TokenUse,
    private readonly listener: TokenListener,
    private readonly ended: () => void,
  ) {
    const server = parts.servers.get(use.policy.providerName)
    const provider = 'problem' in server ? unknownProvider : server.provider
    this.life = createTokenLife(paceOf(provider, parts.factor), parts.random)
    this.alarm = createAlarm(parts.scheduler, () => this.look())
  }

  token(): string | null {
    return this.life.token()
  }

  awaited(): string | null {
    if (this.life.token() !== null || !this.life.isAwaited(this.parts.clock.monotonic())) return null
    return `it waits for an OAuth token of provider ${this.use.policy.providerName}`
  }

  wanted(): void {
    this.life.wanted()
    this.look()
  }

  isRenewing(): boolean {
    return this.life.isAsking()
  }

  attemptEnded(ending: AttemptEnding, attemptedAtMs: number): void {
    this.usedMs = this.parts.clock.monotonic()
    if (this.life.attemptEnded(ending, attemptedAtMs, this.usedMs)) this.ask()
  }

  /** The token so far stays until it is refused, as in Hermes; a missing one is asked for at once. */
  providerChanged(): void {
    const server = this.server()
    if (server === null) return
    this.life.paceChanged(paceOf(server.provider, this.parts.factor))
    this.look()
  }

  forget(): void {
    this.life.forget()
    this.listener.gone()
  }

  end(): void {
    if (this.isEnded) return
    this.isEnded = true
    this.alarm.stop()
    this.sending?.cancel()
    this.ended()
  }

  /** Asks if it is time, and plans when to look again. */
  look(): void {
    if (this.isEnded || this.server() === null) return
    const nowMs = this.parts.clock.monotonic()
    if (this.life.mayAsk(nowMs)) this.ask()
    else this.alarm.ringAt(this.life.dueMs(), nowMs)
  }

  private ask(): void {
    const server = this.server()
    if (server === null) return this.life.failed(null, this.parts.clock.monotonic())
    const { metrics, clock } = this.parts
    const { providerName } = this.use.policy
    const beganMs = clock.monotonic()
    const latency = metrics.summary(consumersMetrics.tokenLatency, providerName)
    metrics.counter(consumersMetrics.tokenRequests, ...this.use.labels, providerName).value++
    this.sending = server.target.send(
      requestOf(server, this.use.policy, result => {
        this.sending = null
        latency.observe((clock.monotonic() - beganMs) / 1000)
        this.answered(result)
      }),
    )
  }

  private answered(result: AttemptResult): void {
    const { clock, log } = this.parts
    const { subscription, policy } = this.use
    const answer = readTokenAnswer(result)
    const nowMs = clock.monotonic()
    if (answer.kind === 'token') {
      this.life.granted(answer.token, answer.lifetimeMs, nowMs)
      this.usedMs = nowMs
      log.debug('oauth.tokenGranted', { subscription, provider: policy.providerName, ...lifetime(answer) })
      this.parts.makeRoom(this)
      this.listener.arrived()
    } else {
      this.life.failed(retryAfterMs(answer.retryAfter, clock.now()), nowMs)
      const { tokenFailures } = consumersMetrics
      this.parts.metrics.counter(tokenFailures, ...this.use.labels, policy.providerName).value++
      const { problem } = answer
      log.warn('oauth.tokenRefused', { subscription, provider: policy.providerName, problem })
    }
    this.look()
  }

  /** Null where it cannot be asked, which is said once. */
  private server(): TokenServer | null {
    const server = this.parts.servers.get(this.use.policy.providerName)
    const problem = 'problem' in server ? server.problem : ''
    if (problem !== this.problem && problem !== '')
      this.parts.log.warn('oauth.providerUnusable', { subscription: this.use.subscription, problem })
    this.problem = problem
    return 'problem' in server ? null : server
  }
}

/** Stands in until there is one: nobody is asked before that. */
const unknownProvider = { tokenRequestInitialDelay: 0, tokenRequestMaxDelay: 0, requestTimeout: 0 }

function paceOf(provider: Pick<OAuthProvider, keyof typeof unknownProvider>, factor: number): TokenPace {
  return {
    initialDelayMs: provider.tokenRequestInitialDelay,
    maxDelayMs: provider.tokenRequestMaxDelay,
    firstWaitMs: provider.requestTimeout,
    factor,
  }
}

function requestOf(
  { provider, path }: TokenServer,
  policy: OAuthPolicy,
  done: (result: AttemptResult) => void,
): OutgoingRequest {
  return {
    path,
    method: 'POST',
    headers: tokenHeaders,
    body: formOf(provider, policy),
    timeoutMs: provider.requestTimeout,
    socketTimeoutMs: provider.socketTimeout,
    wantsBody: isTold,
    refusal: () => null,
    done,
  }
}

function lifetime({ lifetimeMs }: { readonly lifetimeMs: number | null }): { lifetimeMs?: number } {
  return lifetimeMs === null ? {} : { lifetimeMs }
}
