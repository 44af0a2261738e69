/**
 * The leader's work: who runs which slot of which subscription.
 * Takes live instances, the subscriptions that want to run, and the election. Gives an assignment node an
 * instance. Promises: a change is answered within `debounceMs` and a round trip; writes only what changed,
 * and only over what it read, so that a leader that lost its office without knowing overwrites nobody.
 */
import type { Log } from '@iris/common/lifecycle/log'
import type { Cancel, Scheduler } from '@iris/common/time/scheduler'
import type { Election } from '@iris/common/zookeeper/election'
import type { ZooSession } from '@iris/common/zookeeper/session'
import { BadVersionError, NodeExistsError, NoNodeError } from '@iris/common/zookeeper/zoo-errors'
import { decodeAssignment, encodeAssignment, type SlotsById } from './assignment-node.js'
import { balance, type Assignment } from './balance.js'
import type { Membership } from './membership.js'

/** A subscription that wants to run. */
export interface WantedSubscription {
  readonly id: string
  /** Partitions of its topic; undefined while Kafka has not told. */
  readonly partitions: number | undefined
  /** Instances that may work on it; null where nobody has limited them. */
  readonly consumersMax?: number | null
}

export interface LeaderDependencies {
  readonly session: ZooSession
  readonly log: Log
  readonly scheduler: Scheduler
  readonly election: Election
  readonly membership: Membership
  /** What wants to run now; asked at each balance. */
  wanted(): readonly WantedSubscription[]
}

export interface LeaderOptions {
  /** Parent of the assignment nodes. */
  readonly path: string
  readonly consumersPerSubscription: number
  /** What comes within it is one change. */
  readonly debounceMs: number
  /** How soon a balance is tried again when something was missing or ZooKeeper did not answer. */
  readonly retryMs: number
}

export interface LeaderFigures {
  readonly isLeader: boolean
  readonly assignedCount: number
  /** Subscriptions whose topic Kafka does not know. */
  readonly missingCount: number
}

export interface Leader {
  start(): void
  stop(): Promise<void>
  /** Says that what is wanted may have changed. */
  changed(): void
  figures(): LeaderFigures
}

interface KnownNode {
  readonly slots: SlotsById
  readonly version: number
}

/** Makes the leader's work; it does nothing while another instance leads. */
export function createLeader(deps: LeaderDependencies, options: LeaderOptions): Leader {
  const { election, membership, scheduler, log } = deps
  const cancels: Cancel[] = []
  let planned: Cancel | null = null
  let running: Promise<void> | null = null
  let isStopped = false
  let figures: LeaderFigures = { isLeader: false, assignedCount: 0, missingCount: 0 }

  const plan = (delayMs: number): void => {
    if (isStopped || planned !== null) return
    planned = scheduler.after(delayMs, () => {
      // A balance under way sees what was there when it read: this change needs one of its own.
      void (running ?? Promise.resolve()).then(() => {
        planned = null
        if (!isStopped) running = run().finally(() => (running = null))
      })
    })
  }

  const run = async (): Promise<void> => {
    if (!election.isLeader()) {
      figures = { isLeader: false, assignedCount: 0, missingCount: 0 }
      return
    }
    try {
      figures = await rebalance(deps, options)
      if (figures.missingCount > 0) plan(options.retryMs)
    } catch (error) {
      if (!isRace(error)) log.warn('workload.balanceFailed', { error })
      plan(isRace(error) ? options.debounceMs : options.retryMs)
    }
  }

  return {
    start() {
      cancels.push(
        election.onChange(() => plan(0)),
        membership.onChange(() => plan(options.debounceMs)),
      )
      plan(0)
    },
    async stop() {
      isStopped = true
      planned?.()
      for (const cancel of cancels) cancel()
      await running
    },
    changed: () => plan(options.debounceMs),
    figures: () => figures,
  }
}

/** One balance: read what is, compute what should be, write the difference. */
async function rebalance(deps: LeaderDependencies, options: LeaderOptions): Promise<LeaderFigures> {
  const instances = deps.membership.instances()
  const wanted = deps.wanted()
  const present = await readNodes(deps.session, options.path)
  // Who is alive is not known yet: nothing is taken from anybody on a guess.
  if (instances.length === 0) return { isLeader: true, assignedCount: 0, missingCount: wanted.length }
  const subscriptions = wanted.flatMap(({ id, partitions, consumersMax }) => {
    // A topic that this process has not heard of may run elsewhere: its slots stay as they are.
    const known = partitions ?? slotCountOf(present, id)
    return known === 0 ? [] : { id, partitions: known, consumersMax: consumersMax ?? null }
  })
  const next = balance({
    subscriptions,
    instances,
    present: new Map([...present].map(([instance, node]) => [instance, node.slots])),
    consumersPerSubscription: options.consumersPerSubscription,
  })
  await writeNodes(deps, options.path, present, next)
  const assignedCount = [...next.values()].reduce((sum, slots) => sum + slots.size, 0)
  const missingCount = wanted.filter(each => each.partitions === undefined).length
  return { isLeader: true, assignedCount, missingCount }
}

/** How many slots a subscription is cut into now; 0 where nobody runs it. */
function slotCountOf(present: ReadonlyMap<string, KnownNode>, id: string): number {
  return Math.max(0, ...[...present.values()].map(({ slots }) => slots.get(id)?.of ?? 0))
}

async function readNodes(session: ZooSession, path: string): Promise<ReadonlyMap<string, KnownNode>> {
  await session.ensure(path)
  const names = (await session.children(path)) ?? []
  const nodes = await Promise.all(names.map(name => session.read(`${path}/${name}`)))
  const known = names.flatMap((name, index): [string, KnownNode][] => {
    const node = nodes[index]
    if (node === null || node === undefined) return []
    return [[name, { slots: decodeAssignment(node.data) ?? new Map(), version: node.stat.version }]]
  })
  return new Map(known)
}

async function writeNodes(
  deps: LeaderDependencies,
  path: string,
  present: ReadonlyMap<string, KnownNode>,
  next: Assignment,
): Promise<void> {
  const { session, election, log } = deps
  // Taking away goes before giving, so that no slot waits longer than it must for its former owner.
  const changes = [...next]
    .filter(([instance, slots]) => !isSame(present.get(instance)?.slots, slots))
    .sort(([a], [b]) => growth(present, next, a) - growth(present, next, b))
  for (const [instance, slots] of changes) {
    if (!election.isLeader()) return
    const node = present.get(instance)
    const data = encodeAssignment(slots)
    if (node === undefined) await session.create(`${path}/${instance}`, data)
    else await session.write(`${path}/${instance}`, data, node.version)
    log.info('workload.assigned', { instance, slotCount: slots.size })
  }
  const gone = [...present].filter(([instance]) => !next.has(instance))
  for (const [instance, node] of gone) {
    if (election.isLeader()) await session.remove(`${path}/${instance}`, node.version)
  }
}

function growth(present: ReadonlyMap<string, KnownNode>, next: Assignment, instance: string): number {
  return (next.get(instance)?.size ?? 0) - (present.get(instance)?.slots.size ?? 0)
}

function isSame(one: SlotsById | undefined, other: SlotsById): boolean {
  if (one === undefined || one.size !== other.size) return false
  return [...other].every(([id, { slot, of }]) => {
    const same = one.get(id)
    return same !== undefined && same.slot === slot && same.of === of
  })
}

/** Somebody else wrote meanwhile: look again. */
function isRace(error: unknown): boolean {
  return error instanceof BadVersionError || error instanceof NodeExistsError || error instanceof NoNodeError
}
