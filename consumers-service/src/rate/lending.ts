/**
 * Lending between the instances that share rates: who needs little of its part lends it to who needs more.
 * Takes what each subscription uses, and all instances' pages. Gives each subscription its part. Promises:
 * parts in force never exceed the rate together, also while one is frozen, dead or cut off (`credit.ts`), but
 * for the least that a delay topic is read with and a cut-off owner without order, which goes on beside the
 * next. Bounds: a page an instance and session, written when a need changes, at most every `writeMs`.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Clock } from '@iris/common/time/clock'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import { decide, inForce, isTakenBack, lendersOf, type Position } from './credit.js'
import { entriesMax, isSilent, pageText, silence, type Page, type Says } from './says.js'
import type { Allowance } from './usage.js'
import { blindShare, Share, type MakeRateShare, type RateShare, type RateUser } from './share.js'

/** The page of an instance, and which of its versions it is. */
export interface KnownPage {
  readonly page: Page
  readonly version: number
}

/** Where the pages are. A page lives as long as its instance's session. */
export interface Pages {
  /** All that there are now, read one by one; none is older than what was written before the call. */
  read(): Promise<ReadonlyMap<string, KnownPage>>
  /** Makes one's own, empty. */
  create(): Promise<void>
  /**
   * Writes one's own over this version of it, if the pages of others are still those. Rejects with
   * {@link RefusedError} when nothing was written; any other error leaves that open.
   */
  write(page: Page, version: number, unchanged: ReadonlyMap<string, number>): Promise<void>
  /** Calls back when a page of others may have changed. */
  watch(changed: () => void): Cancel
}

/** A page was not written, and will not be. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
}

export interface LendingParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly pages: Pages
  /** The name of this instance in its present session: what it said in another is another's word. */
  me(): string
  /** Whether nobody can take this process for dead. */
  isSurelyAlive(): boolean
  /** The session in which this process's page and locks are. */
  session(): string
  /** Calls back when there is another one: the page is gone. */
  onNewSession(listener: () => void): Cancel
}

export interface Lending {
  readonly share: MakeRateShare
  start(): void
  stop(): void
}

const lookMs = 200
/** Between two writes of the page. */
const writeMs = 250
const retryMs = 1_000
/** With so many writes of which nobody knows whether they came, what is there already is written again. */
const doubtfulMax = 8

/** A share that waits until the others were asked. */
interface Asking {
  readonly share: Share
  ready(): void
}

/** Makes the lending of a process. */
export function createLending(parts: LendingParts): Lending {
  const { clock, scheduler, log, pages, me } = parts
  const shares = new Map<string, Share>()
  const cancels: Cancel[] = []
  let others: ReadonlyMap<string, KnownPage> = new Map()
  let ownVersion: number | null = null
  /** What the page says as far as is known, what it may say besides, and what it may have said meanwhile. */
  let stored: Page = new Map()
  let doubtful: readonly Page[] = []
  let said: readonly Page[] = []
  /** The session in which the others were asked last, and who took partitions since then without asking. */
  let askedIn = ''
  const unasked = new Set<Share>()
  let waiting: Asking[] = []
  let running: Promise<void> | null = null
  let isWanted = false
  let planned: Cancel | null = null
  let writtenMs = -Infinity
  let isStopped = false

  const positionOf = (id: string, { owned, total }: Share): Position => ({
    ...{ me: me(), owned, total },
    said: said.map(page => page.get(id) ?? silence),
    saying: [stored, ...doubtful].map(page => page.get(id) ?? silence),
    others: new Map(
      [...others].flatMap(([name, { page }]): [string, Says][] => {
        const says = page.get(id)
        return says === undefined ? [] : [[name, says]]
      }),
    ),
  })

  /** Whether anything is said about the subscription, so that there is something to compute. */
  const isSpokenOf = (id: string): boolean =>
    said.some(page => page.has(id)) ||
    doubtful.some(page => page.has(id)) ||
    [...others.values()].some(({ page }) => page.has(id))

  /** What others say of partitions that this process owns may be old: it was not asked since it has them. */
  const isBlind = (share: Share): boolean => unasked.has(share) || parts.session() !== askedIn

  const partOf = (share: Share): number => {
    const { own, held } = share.inForce
    if (isBlind(share)) return Math.max(share.least, blindShare * share.worth)
    return Math.max(share.least, held > 0 && parts.isSurelyAlive() ? own + held : own)
  }
  const applyTo = (id: string, share: Share): void => {
    share.inForce = isSpokenOf(id) ? inForce(positionOf(id, share)) : { own: share.worth, held: 0 }
    const part = partOf(share)
    if (part === share.toldPart) return
    share.toldPart = part
    share.user.changed()
  }
  const apply = (): void => {
    for (const [id, share] of shares) applyTo(id, share)
  }
  const allowanceOf = (share: Share): Allowance => ({
    worth: share.rate * share.worth,
    now: share.rate * partOf(share),
  })

  /** What is to be said now; what nothing is to be said of is left out. */
  const nextPage = (): Page => {
    const next = new Map<string, Says>()
    for (const [id, share] of shares) {
      if (!share.isShared || share.owned.length === 0 || next.size >= entriesMax) continue
      const need = share.usage.need(allowanceOf(share), clock.monotonic())
      if (!need.wants && !isSpokenOf(id)) continue
      const says = decide(positionOf(id, share), need, stored.get(id) ?? silence)
      if (!isSilent(says)) next.set(id, says)
    }
    return next
  }

  const plan = (delayMs: number): void => {
    if (isStopped || planned !== null) return
    planned = scheduler.after(delayMs, () => {
      planned = null
      run()
    })
  }
  const run = (): void => {
    if (isStopped) return
    // The round under way may have asked before that happened for which another one is wanted.
    if (running !== null) return void (isWanted = true)
    isWanted = false
    running = round().finally(() => {
      running = null
      if (isWanted) run()
    })
  }

  /** Asks the others, and says what has changed. */
  const round = async (): Promise<void> => {
    const asked = waiting
    waiting = []
    let isAsked = false
    try {
      await ask()
      isAsked = true
      for (const { ready } of asked) ready()
      await say()
    } catch (error) {
      if (!(error instanceof RefusedError)) log.warn('lending.failed', { error })
      // Who waits begins with the least rather than not at all; everybody else knows what it knew.
      if (!isAsked) for (const { share } of asked) unasked.add(share)
      apply()
      for (const { ready } of asked) ready()
      plan(error instanceof RefusedError ? writeMs : retryMs)
    }
  }

  const ask = async (): Promise<void> => {
    const session = parts.session()
    const before = session === askedIn ? [stored, ...doubtful] : []
    const present = joined(await pages.read(), await pages.read())
    if (session !== parts.session()) throw new RefusedError('the session is another one')
    // What was written in another session went to a page that ended with it.
    if (session !== askedIn) doubtful = []
    const own = present.get(me())
    stored = own?.page ?? new Map()
    ownVersion = own === undefined || own.version < 0 ? null : own.version
    said = [stored, ...before]
    others = new Map([...present].filter(([name]) => name !== me()))
    askedIn = session
    unasked.clear()
    apply()
  }

  const say = async (): Promise<void> => {
    const next = doubtful.length < doubtfulMax ? nextPage() : stored
    if (pageText(next) === pageText(stored) && doubtful.length === 0) {
      if (said.some(page => isAnyTakenBack(page, stored))) plan(writeMs)
      return
    }
    const restMs = writtenMs + writeMs - clock.monotonic()
    if (restMs > 0) return plan(restMs)
    if (ownVersion === null) {
      if (next.size === 0) return void (doubtful = [])
      await pages.create()
      return plan(1)
    }
    const unchanged = lendersOn(next, stored)
    if (next !== stored) doubtful = [...doubtful, next]
    said = [...said, next]
    apply()
    writtenMs = clock.monotonic()
    try {
      await pages.write(next, ownVersion, unchanged)
    } catch (error) {
      if (error instanceof RefusedError) doubtful = doubtful.filter(each => each !== next)
      throw error
    }
    // Over that version: nothing written before it can still come.
    stored = next
    doubtful = []
    apply()
    plan(writeMs)
  }

  const lendersOn = (next: Page, present: Page): ReadonlyMap<string, number> => {
    const names = [...next].flatMap(([id, says]) => lendersOf(says, present.get(id) ?? silence))
    return new Map(names.map(name => [name, others.get(name)?.version ?? 0]))
  }

  const look = (): void => {
    const nowMs = clock.monotonic()
    for (const share of shares.values())
      if (share.isShared) share.usage.look(share.user.begun(), allowanceOf(share), nowMs)
    if (running === null && pageText(nextPage()) !== pageText(stored)) plan(0)
  }

  const share: MakeRateShare = (id, user: RateUser): RateShare => {
    const made = new Share(user)
    shares.set(id, made)
    return {
      ready: () =>
        new Promise(resolve => {
          if (isStopped) return resolve()
          waiting.push({ share: made, ready: resolve })
          run()
        }),
      update(rate, owned, total, isDelayedOnly = false) {
        Object.assign(made, { rate, owned, total, isDelayedOnly })
        applyTo(id, made)
      },
      perSecond() {
        return made.rate === Infinity || made.total <= 0 ? made.rate : made.rate * partOf(made)
      },
      silent: () => running ?? Promise.resolve(),
      stop() {
        if (shares.get(id) === made) shares.delete(id)
        unasked.delete(made)
      },
    }
  }

  return {
    share,
    start() {
      cancels.push(
        scheduler.every(lookMs, look),
        pages.watch(() => plan(0)),
        parts.onNewSession(() => {
          apply()
          plan(0)
        }),
      )
    },
    stop() {
      isStopped = true
      planned?.()
      for (const cancel of cancels) cancel()
      for (const { ready } of waiting) ready()
    },
  }
}

/**
 * One view out of two looks, since pages are read one by one: what is granted by the first, what is held by
 * the second. Who takes what was granted shows it in the second, or was granted it in the first.
 */
function joined(
  first: ReadonlyMap<string, KnownPage>,
  second: ReadonlyMap<string, KnownPage>,
): ReadonlyMap<string, KnownPage> {
  const names = new Set([...first.keys(), ...second.keys()])
  return new Map(
    [...names].map(name => {
      const granting = first.get(name)?.page ?? new Map<string, Says>()
      const holding = second.get(name)?.page ?? new Map<string, Says>()
      const page = [...new Set([...granting.keys(), ...holding.keys()])].map((id): [string, Says] => [
        id,
        { ...(holding.get(id) ?? silence), grants: granting.get(id)?.grants ?? silence.grants },
      ])
      return [name, { page: new Map(page), version: first.get(name)?.version ?? -1 }]
    }),
  )
}

function isAnyTakenBack(before: Page, now: Page): boolean {
  return [...before].some(([id, says]) => isTakenBack(says, now.get(id) ?? silence))
}
