/**
 * A lock that one instance holds: an ephemeral node whose making transaction is the lock's number.
 * Takes a path and who asks. Gives the lock when it is owned; waits for the present owner by watch, without
 * polling. Promises: numbers grow from owner to owner; a node left by an earlier session of the same instance
 * is replaced in one transaction, which fails if anyone took the lock in between; what is released or given
 * up leaves no node behind. One asker a path and process.
 */
import type { Cancel } from '../time/scheduler.js'
import { withDeadline } from '../time/scheduler.js'
import { callListener } from './listeners.js'
import { removeOwnNode, retryMs, type CoordinationDependencies } from './own-node.js'
import { parentOf } from './paths.js'
import type { SessionEvent, ZooNode } from './session.js'
import { BadVersionError, NodeExistsError, NoNodeError } from './zoo-errors.js'

/** Who holds a lock, as written in its node. */
export interface LockHolder {
  /** Unique among living processes: who has the same name may take the lock over at once. */
  readonly instance: string
  readonly pid: number
}

export interface Lock {
  readonly path: string
  /** Larger than any earlier owner's: the fencing number. */
  readonly number: number
  isHeld(): boolean
  /** Gives it up; resolves when the node is gone. After `releaseMs` it rejects and goes on trying behind. */
  release(): Promise<void>
  /**
   * Called once when the lock is no longer ours though it was not released: the session expired or the node
   * vanished. While ZooKeeper is away nobody can tell, and it is not called: ask the session's `silentMs`.
   */
  onLost(listener: (reason: string) => void): Cancel
}

/** How long `release` waits for the server's word. */
export const releaseMs = 5_000

/**
 * Resolves when the lock is owned. Aborting rejects with the signal's reason, after what was begun is undone.
 */
export function acquire(
  deps: CoordinationDependencies,
  path: string,
  holder: LockHolder,
  signal?: AbortSignal,
): Promise<Lock> {
  const contender = new Contender(deps, path, holder)
  return contender.acquire(signal)
}

class Contender implements Lock {
  number = 0
  private state: 'waiting' | 'held' | 'ended' = 'waiting'
  /** The node as last seen; undefined before the first look. */
  private node: ZooNode | null | undefined
  private sessionId = ''
  private isBusy = false
  private isStale = false
  private lostReason: string | null = null
  private won: (() => void) | null = null
  private lost: readonly ((reason: string) => void)[] = []
  private cancels: Cancel[] = []
  private idle: (() => void) | null = null

  constructor(
    private readonly deps: CoordinationDependencies,
    readonly path: string,
    private readonly holder: LockHolder,
  ) {}

  acquire(signal: AbortSignal | undefined): Promise<Lock> {
    return new Promise((resolve, reject) => {
      const abort = (): void => void this.abandon().then(() => reject(reasonOf(signal)), reject)
      if (signal?.aborted === true) return reject(reasonOf(signal))
      signal?.addEventListener('abort', abort, { once: true })
      this.won = () => {
        signal?.removeEventListener('abort', abort)
        resolve(this)
      }
      this.watch()
    })
  }

  /** Apart from `acquire`, so that what it leaves behind holds on to nothing of the wait. */
  private watch(): void {
    const { session } = this.deps
    this.cancels = [
      session.onSession(event => this.sessionChanged(event)),
      session.watchData(this.path, node => {
        this.node = node
        this.step()
      }),
    ]
  }

  isHeld(): boolean {
    return this.state === 'held'
  }

  async release(): Promise<void> {
    const wasHeld = this.isHeld()
    this.end()
    if (!wasHeld) return
    const removal = removeOwnNode(this.deps, this.path, this.sessionId)
    await withDeadline(this.deps.scheduler, releaseMs, `release of ${this.path}`, removal)
  }

  onLost(listener: (reason: string) => void): Cancel {
    const { lostReason } = this
    if (lostReason !== null) return this.deps.scheduler.after(0, () => listener(lostReason))
    this.lost = [...this.lost, listener]
    return () => void (this.lost = this.lost.filter(each => each !== listener))
  }

  private end(): void {
    this.state = 'ended'
    for (const cancel of this.cancels) cancel()
    this.cancels = []
  }

  private sessionChanged(event: SessionEvent): void {
    if (event === 'expired' && this.state === 'held') this.lose('the ZooKeeper session expired')
    else if (event === 'new' || event === 'back') this.step()
  }

  private lose(reason: string): void {
    this.end()
    this.lostReason = reason
    this.deps.log.warn('lock.lost', { path: this.path, number: this.number, reason })
    for (const listener of this.lost)
      if (this.lost.includes(listener)) callListener(this.deps.log, this.path, () => listener(reason))
  }

  /** Looks at the node as last seen. One look at a time; what happens meanwhile makes another. */
  private step(): void {
    if (this.state === 'ended' || this.node === undefined) return
    if (this.isBusy) {
      this.isStale = true
      return
    }
    if (this.state === 'held') return this.checkHeld(this.node)
    const isOurs = this.node !== null && this.isOwn(this.node)
    if (isOurs) return this.win(this.node as ZooNode)
    if (this.node !== null && instanceOf(this.node.data) !== this.holder.instance) return
    this.isBusy = true
    void this.claim().finally(() => {
      this.isBusy = false
      this.idle?.()
      if (this.isStale) {
        this.isStale = false
        this.step()
      }
    })
  }

  private checkHeld(node: ZooNode | null): void {
    if (node === null) this.lose('its node was removed')
    else if (node.stat.czxid !== this.number) this.lose('another owner has it')
  }

  private isOwn(node: ZooNode): boolean {
    const sessionId = this.deps.session.sessionId()
    return sessionId !== '' && node.stat.ephemeralOwner === sessionId
  }

  private win(node: ZooNode): void {
    this.state = 'held'
    this.number = node.stat.czxid
    this.sessionId = node.stat.ephemeralOwner
    this.deps.log.debug('lock.acquired', { path: this.path, number: this.number })
    this.won?.()
    this.won = null
  }

  /**
   * Makes the node, or makes it anew in the place of an earlier session's. Every claim also writes the
   * parent, so the parent's version, read before the node, tells whether anyone else claimed since: the
   * node's own version cannot, it is 0 for each owner.
   */
  private async claim(): Promise<void> {
    const { session, log, scheduler } = this.deps
    const parent = parentOf(this.path)
    try {
      const parentNode = await session.read(parent)
      const parentVersion = parentNode?.stat.version ?? 0
      if (parentNode === null) await session.ensure(parent)
      const present = await session.read(this.path)
      const isReplaced = present !== null && !this.isOwn(present)
      if (isReplaced && instanceOf(present.data) !== this.holder.instance) return
      if (present === null || isReplaced) {
        await session.transaction([
          // A free lock needs no look back: making the node fails when another made it.
          { kind: 'write', path: parent, data: Buffer.alloc(0), version: isReplaced ? parentVersion : -1 },
          ...(isReplaced ? [{ kind: 'remove', path: this.path } as const] : []),
          { kind: 'create', path: this.path, data: this.content(), mode: 'ephemeral' },
        ])
      }
      const made = await session.read(this.path)
      // The watch may have seen it already; then one copy of it is enough.
      if (made?.stat.czxid !== this.node?.stat.czxid) this.node = made
      if (this.state === 'waiting' && made !== null && this.isOwn(made)) this.win(made)
    } catch (error) {
      const isRace =
        error instanceof NodeExistsError || error instanceof BadVersionError || error instanceof NoNodeError
      if (!isRace) log.warn('lock.claimFailed', { path: this.path, error })
      if (this.state === 'waiting') scheduler.after(isRace ? 0 : retryMs, () => this.step())
    }
  }

  /** Given up while waiting: a claim under way is awaited, and its node removed. */
  private async abandon(): Promise<void> {
    if (this.state !== 'waiting') return
    this.end()
    if (this.isBusy) await new Promise<void>(resolve => (this.idle = resolve))
    await removeOwnNode(this.deps, this.path, this.deps.session.sessionId())
  }

  private content(): Buffer {
    const { instance, pid } = this.holder
    return Buffer.from(JSON.stringify({ instance, pid }))
  }
}

/** The instance named in a lock's node; undefined where there is none, which is then somebody else's. */
function instanceOf(data: Buffer): string | undefined {
  try {
    const content: unknown = JSON.parse(data.toString('utf8'))
    const instance = (content as { instance?: unknown } | null)?.instance
    return typeof instance === 'string' ? instance : undefined
  } catch {
    return undefined
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason
  return reason instanceof Error ? reason : new Error('The wait for the lock was given up')
}
