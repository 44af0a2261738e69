/**
 * The part of one subscription's rate that this process may use.
 * Takes the rate, the partitions owned here, and attempts as they are counted elsewhere. Gives the part that
 * is in force at the moment of asking. Promises: what is borrowed is not in force while ZooKeeper is silent
 * for so long that others may take this process for dead.
 */
import type { InForce } from './credit.js'
import { Usage } from './usage.js'

/** What a pipeline knows of its part. */
export interface RateShare {
  /** Knows what others use of the partitions whose locks were just taken. */
  ready(): Promise<void>
  /**
   * Messages a second of the subscription, and which of its partitions are owned here; whether there are none
   * of its topic but some of its delay topic, which are worth nothing by themselves.
   */
  update(rate: number, owned: readonly number[], partitionsTotal: number, isDelayedOnly?: boolean): void
  /** Messages a second that may begin now. */
  perSecond(): number
  /** Nothing more is said of partitions that were taken out before, once this resolves. */
  silent(): Promise<void>
  stop(): void
}

/** Who uses the part. */
export interface RateUser {
  /** Attempts that began so far. */
  begun(): number
  /** The part has changed. */
  changed(): void
}

/** Makes the part of a subscription. */
export type MakeRateShare = (id: string, user: RateUser) => RateShare

/** A subscription whose rate nobody else uses, as that of a task. */
export const wholeRate: MakeRateShare = () => {
  let rate = Infinity
  return {
    ready: () => Promise.resolve(),
    update: next => void (rate = next),
    perSecond: () => rate,
    silent: () => Promise.resolve(),
    stop: () => undefined,
  }
}

/** Of what partitions are worth, until the others were asked, of which nothing is known. */
export const blindShare = 0.1

/** What the negotiation knows of a part. */
export class Share {
  rate = Infinity
  owned: readonly number[] = []
  total = 0
  isDelayedOnly = false
  inForce: InForce = { own: 1, held: 0 }
  /** The part of which its user was told last. */
  toldPart = 1
  readonly usage = new Usage()

  constructor(readonly user: RateUser) {}

  /** Whether there is somebody to lend to or to borrow from. */
  get isShared(): boolean {
    return this.rate < Infinity && this.total > this.owned.length
  }

  /** The part of the rate that its partitions are worth. */
  get worth(): number {
    return this.total <= 0 ? 1 : this.owned.length / this.total
  }

  /**
   * What it may use at the least: retries in a delay topic go on, if slowly, where its owner has no partition
   * of the topic yet or any more. A handover lasts seconds; for so long it is beside what all others have.
   */
  get least(): number {
    return this.isDelayedOnly && this.total > 0 ? blindShare / this.total : 0
  }
}
