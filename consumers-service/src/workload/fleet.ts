/**
 * All subscriptions of this process.
 * Takes the slots that the leader gave us, the catalogue and Kafka's layout. Gives each subscription the
 * runner it needs, and to whoever asks what runs, and why something does not.
 * Promises: a change touches only the subscriptions it is about.
 */
import type { SubscriptionId } from '@iris/common/domain/names'
import type { Cluster } from '@iris/common/kafka/cluster'
import type { Log } from '@iris/common/lifecycle/log'
import type { SubscriptionSign } from '@iris/common/metrics/figures'
import type { Clock } from '@iris/common/time/clock'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { SlotsById } from './assignment-node.js'
import { partitionsOfSlot, type Slot } from './balance.js'
import type { Catalogue, CatalogueEntry } from './catalogue.js'
import { cannotRun } from './trouble.js'
import { nothingRuns, type Runner, type RunnerStatus, type Wish } from './runner.js'

export interface FleetParts {
  readonly catalogue: Catalogue
  readonly cluster: Cluster
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  runner(id: SubscriptionId): Runner
  /** What the leader balances may have changed: subscriptions or partitions. */
  changed(): void
}

export interface FleetOptions {
  /** How long what is under way may take when a subscription is suspended or moves. */
  readonly drainMs: number
  /** Between questions for topics that Kafka does not know. */
  readonly layoutRetryMs: number
}

export interface FleetRow {
  readonly id: SubscriptionId
  /** Last time each thing happened here, in wall time. */
  readonly times: Readonly<Record<string, number>>
  readonly slot: Slot | null
  /** Why it does not run here, or null. */
  readonly notRunning: string | null
  readonly status: RunnerStatus
}

export interface Fleet {
  start(): void
  assigned(slots: SlotsById): void
  /** There may be orders to read partitions of this subscription on from elsewhere. */
  moved(id: string): void
  /** All that is here or should be, or only one of them. */
  rows(only?: string): readonly FleetRow[]
  /** Those that are behind or get nowhere, one by one; who has nothing to do costs a glance. */
  signs(): Iterable<SubscriptionSign>
  runningCount(): number
  drainingCount(): number
  /** Stops all; resolves when every lock is released, after `drainMs` and the final commits at the latest. */
  stop(drainMs: number): Promise<void>
}

interface Member {
  readonly runner: Runner
  readonly times: Record<string, number>
  isWanted: boolean
}

/** Makes an empty fleet. */
export function createFleet(parts: FleetParts, options: FleetOptions): Fleet {
  const { catalogue, cluster, clock, scheduler, log } = parts
  const members = new Map<SubscriptionId, Member>()
  const cancels: Cancel[] = []
  let slots: SlotsById = new Map()
  let isStopped = false
  let isRefreshing = false

  const apply = (id: SubscriptionId): void => {
    if (isStopped) return
    const wish = wishOf(id)
    const present = members.get(id)
    if (typeof wish !== 'string') want(present ?? join(id), wish)
    else if (present?.isWanted === true) leave(id, present)
  }

  const want = (member: Member, wish: Wish): void => {
    const event = member.isWanted ? 'UPDATE_SUBSCRIPTION' : 'START'
    member.isWanted = true
    member.times[event] = clock.now()
    member.runner.want(wish, options.drainMs)
  }

  const join = (id: SubscriptionId): Member => {
    const member: Member = { runner: parts.runner(id), times: {}, isWanted: false }
    members.set(id, member)
    return member
  }

  const leave = (id: SubscriptionId, member: Member): void => {
    member.isWanted = false
    member.times['STOP'] = clock.now()
    member.runner.want(null, options.drainMs)
    const forget = (): void => {
      if (!member.isWanted) members.delete(id)
    }
    member.runner.settled().then(forget, (error: unknown) => {
      log.error('subscription.stopFailed', { subscription: id, error })
      forget()
    })
  }

  /** What runs here or should, and what no instance can run: nobody is assigned that, so each tells of it. */
  const namesOf = (only: string | undefined): readonly string[] => {
    if (only !== undefined) return isTold(only) ? [only] : []
    const unusable = [...catalogue.all()].filter(isUnusable).map(entry => entry.id)
    return [...new Set([...members.keys(), ...slots.keys(), ...unusable])].sort(ignoringCase)
  }

  const isTold = (name: string): boolean =>
    slots.has(name) || members.has(name as SubscriptionId) || isUnusable(catalogue.get(name))

  /** What should run, or why nothing should. */
  const wishOf = (id: SubscriptionId): Wish | string => {
    const slot = slots.get(id)
    const entry = catalogue.get(id)
    if (isUnusable(entry)) return entry.plan.problem
    if (slot === undefined) return 'it is assigned to other instances'
    const reason = whyNot(entry)
    if (entry === undefined || reason !== null || 'problem' in entry.plan) return reason ?? ''
    const layout = cluster.layout(entry.kafkaTopic)
    if (layout === undefined) return `Kafka does not know the topic ${entry.kafkaTopic}`
    return {
      plan: entry.plan,
      slot,
      partitions: partitionsOfSlot(slot, layout.length),
      partitionsTotal: layout.length,
    }
  }

  /**
   * Asks Kafka for the topics of subscriptions that want to run, and goes on asking for those it does not
   * know.
   */
  const learnLayouts = (): void => {
    if (isRefreshing || isStopped) return
    const unknown = new Set<string>()
    for (const entry of catalogue.all()) {
      if (whyNot(entry) === null && cluster.layout(entry.kafkaTopic) === undefined)
        unknown.add(entry.kafkaTopic)
    }
    if (unknown.size === 0) return
    isRefreshing = true
    const again = (): void => {
      isRefreshing = false
      const isAllKnown = [...unknown].every(topic => cluster.layout(topic) !== undefined)
      scheduler.after(isAllKnown ? 0 : options.layoutRetryMs, learnLayouts)
    }
    cluster.refresh([...unknown]).then(again, (error: unknown) => {
      log.warn('fleet.layoutUnknown', { topicCount: unknown.size, error })
      again()
    })
  }

  return {
    start() {
      cancels.push(
        catalogue.onChange(id => {
          parts.changed()
          apply(id)
          learnLayouts()
        }),
        cluster.onLayout(topic => {
          parts.changed()
          for (const entry of catalogue.all()) if (entry.kafkaTopic === topic) apply(entry.id)
          // A topic that Kafka denies for a moment is asked for until it is back.
          learnLayouts()
        }),
      )
      learnLayouts()
    },
    assigned(next) {
      const before = slots
      slots = next
      for (const id of new Set([...before.keys(), ...next.keys()])) {
        if (!isSame(before.get(id), next.get(id))) apply(id as SubscriptionId)
      }
    },
    moved: id => members.get(id as SubscriptionId)?.runner.moved(),
    rows: only =>
      namesOf(only).map(name => {
        const id = name as SubscriptionId
        const member = members.get(id)
        const wish = wishOf(id)
        return {
          id,
          times: member?.times ?? {},
          slot: slots.get(id) ?? null,
          notRunning: typeof wish === 'string' ? wish : null,
          status: member?.runner.status() ?? nothingRuns,
        }
      }),
    *signs() {
      for (const [id, { runner }] of members) {
        const sign = runner.sign()
        if (sign !== null) yield { id, ...sign }
      }
      for (const entry of catalogue.all())
        if (isUnusable(entry)) yield { id: entry.id, lag: 0, trouble: cannotRun(entry.plan.problem) }
    },
    runningCount: () => [...members.values()].filter(each => each.isWanted).length,
    drainingCount: () => [...members.values()].filter(each => !each.isWanted).length,
    async stop(drainMs) {
      isStopped = true
      for (const cancel of cancels) cancel()
      for (const { runner } of members.values()) runner.want(null, drainMs)
      await Promise.all([...members.values()].map(({ runner }) => runner.settled()))
    },
  }
}

/** Why nobody should run it, or null. */
export function whyNot(entry: CatalogueEntry | undefined): string | null {
  if (entry === undefined) return 'it does not exist'
  if (isUnusable(entry)) return entry.plan.problem
  if (entry.state !== 'SUSPENDED') return null
  return entry.suspendedReason === null ? 'it is suspended' : `it is suspended: ${entry.suspendedReason}`
}

/** A subscription that there is no way to deliver. */
type UnusableEntry = CatalogueEntry & { readonly plan: { readonly problem: string } }

function isUnusable(entry: CatalogueEntry | undefined): entry is UnusableEntry {
  return entry !== undefined && 'problem' in entry.plan
}

function isSame(one: Slot | undefined, other: Slot | undefined): boolean {
  return one?.slot === other?.slot && one?.of === other?.of
}

function ignoringCase(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  return a < b ? -1 : a > b ? 1 : 0
}
