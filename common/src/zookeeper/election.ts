/**
 * One leader among the processes that stand for election at a path.
 * Takes a path and who we are. Gives whether we lead, and every change of it.
 * Promises: at most one leads: who is cut off from ZooKeeper stops leading before its session can end; a
 * follower watches only the candidate before it, so a leader's end wakes one process and not all.
 */
import { randomUUID } from 'node:crypto'
import type { Cancel } from '../time/scheduler.js'
import { createListeners } from './listeners.js'
import { removeOwnNode, retryMs, type CoordinationDependencies } from './own-node.js'
import type { SessionEvent } from './session.js'
import { ZooUnavailableError } from './zoo-errors.js'

export interface Election {
  /** Stands for election; goes on through lost sessions until `stop`. */
  start(): void
  /** Withdraws; the next candidate leads at once. */
  stop(): Promise<void>
  /** Never true when another may lead. It may be handed on by itself: the leader's jobs take no more. */
  readonly isLeader: () => boolean
  onChange(listener: (isLeader: boolean) => void): Cancel
}

export interface ElectionOptions {
  /** Parent of the candidates. */
  readonly path: string
  /** Who we are, for people who look. */
  readonly data: Buffer
}

/** Makes a candidate that does not stand yet. */
export function createElection(deps: CoordinationDependencies, options: ElectionOptions): Election {
  return new Candidate(deps, options)
}

/** What ZooKeeper appends to a sequential name. */
const sequenceLength = 10

/** Candidates in the order of their coming; names that carry no number are nobody's. */
export function inOrder(names: readonly string[]): readonly string[] {
  const numberOf = (name: string): string => name.slice(-sequenceLength)
  return names
    .filter(name => /-\d{10}$/.test(name))
    .sort((one, other) => (numberOf(one) < numberOf(other) ? -1 : 1))
}

class Candidate implements Election {
  /** Finds our own node after a creation whose answer was lost. */
  private readonly prefix = `candidate-${randomUUID()}-`
  private readonly changed
  private isStanding = false
  private isAhead = false
  private isBusy = false
  private isStale = false
  private own = ''
  private sessionId = ''
  private cancelSession: Cancel | null = null
  private cancelOwn: Cancel | null = null
  private cancelBefore: Cancel | null = null
  private before = ''
  private cancelRetry: Cancel = () => undefined

  constructor(
    private readonly deps: CoordinationDependencies,
    private readonly options: ElectionOptions,
  ) {
    this.changed = createListeners<[boolean]>(deps.log, `election ${options.path}`)
  }

  start(): void {
    if (this.isStanding) return
    this.isStanding = true
    this.cancelSession = this.deps.session.onSession(event => this.sessionChanged(event))
    this.look()
  }

  async stop(): Promise<void> {
    if (!this.isStanding) return
    this.isStanding = false
    this.cancelSession?.()
    this.cancelRetry()
    this.unwatch()
    this.lead(false)
    while (this.isBusy) await new Promise<void>(resolve => this.deps.scheduler.after(10, resolve))
    if (this.own !== '') await removeOwnNode(this.deps, `${this.options.path}/${this.own}`, this.sessionId)
  }

  readonly isLeader = (): boolean => {
    const { session } = this.deps
    return this.isAhead && session.isConnected() && session.silentMs() < session.sessionTimeoutMs()
  }

  onChange(listener: (isLeader: boolean) => void): Cancel {
    return this.changed.add(listener)
  }

  private sessionChanged(event: SessionEvent): void {
    if (event === 'away' || event === 'expired') this.lead(false)
    else this.look()
  }

  private lead(isAhead: boolean): void {
    if (this.isAhead === isAhead) return
    this.isAhead = isAhead
    this.deps.log.info('election.changed', { path: this.options.path, isLeader: isAhead })
    this.changed.emit(isAhead)
  }

  /** One look at a time; what happens meanwhile makes another. */
  private look(): void {
    if (!this.isStanding || !this.deps.session.isConnected()) return
    if (this.isBusy) {
      this.isStale = true
      return
    }
    this.isBusy = true
    this.isStale = false
    this.cancelRetry()
    void this.stand()
      .catch((error: unknown) => {
        if (!(error instanceof ZooUnavailableError)) this.deps.log.error('election.failed', { error })
        this.cancelRetry = this.deps.scheduler.after(retryMs, () => this.look())
      })
      .finally(() => {
        this.isBusy = false
        if (this.isStale) this.look()
      })
  }

  /** Makes sure of our node in this session, then leads or watches the one before. */
  private async stand(): Promise<void> {
    const { session } = this.deps
    const { path } = this.options
    const sessionId = session.sessionId()
    const names = inOrder((await session.children(path)) ?? [])
    const own = await this.ownNode(names, sessionId)
    if (own === null) return this.create(sessionId)

    const place = names.indexOf(own)
    if (session.sessionId() !== sessionId || !session.isConnected() || !this.isStanding) return
    this.watchOwn(own)
    this.watchBefore(names[place - 1] ?? '')
    this.lead(place === 0)
  }

  /** Our node of this session among the candidates. What an earlier session left is removed. */
  private async ownNode(names: readonly string[], sessionId: string): Promise<string | null> {
    const { session } = this.deps
    for (const name of names.filter(each => each.startsWith(this.prefix))) {
      const path = `${this.options.path}/${name}`
      const owner = (await session.read(path))?.stat.ephemeralOwner
      if (owner === sessionId) {
        this.own = name
        this.sessionId = sessionId
        return name
      }
      if (owner !== undefined) await session.remove(path)
    }
    return null
  }

  private async create(sessionId: string): Promise<void> {
    const { session } = this.deps
    await session.ensure(this.options.path)
    if (!this.isStanding) return
    const made = await session.create(
      `${this.options.path}/${this.prefix}`,
      this.options.data,
      'ephemeralSequential',
    )
    this.own = made.slice(this.options.path.length + 1)
    this.sessionId = sessionId
    this.isStale = true
  }

  private watchOwn(own: string): void {
    this.cancelOwn?.()
    this.cancelOwn = this.deps.session.watchData(`${this.options.path}/${own}`, node => {
      if (node !== null) return
      this.lead(false)
      this.look()
    })
  }

  private watchBefore(before: string): void {
    if (before === this.before) return
    this.cancelBefore?.()
    this.cancelBefore = null
    this.before = before
    if (before === '') return
    this.cancelBefore = this.deps.session.watchData(`${this.options.path}/${before}`, node => {
      if (node === null) this.look()
    })
  }

  private unwatch(): void {
    this.cancelOwn?.()
    this.cancelBefore?.()
    this.cancelOwn = this.cancelBefore = null
    this.before = ''
  }
}
