/**
 * Where messages of one subscription are kept that may not be sent yet: retries, delayed ones, those behind
 * their key. Takes letters out of the stream. Gives them back when their time or turn has come.
 * Promises: what is kept here lies in bytes of its own and counts against the process's budget until it
 * leaves; a subscription that keeps nothing may always go on, however full the process is.
 */
import type { Letter } from './letter.js'
import type { PartitionWork } from './partition-work.js'
import { createWaitingList, hasRoom, isOver, type WaitingBudget } from './waiting.js'

/** Requests that a process has open; beyond `max` each subscription may still have `eachMin`. */
export interface RequestBudget {
  readonly max: number
  readonly eachMin: number
  open: number
}

export interface BackRoom {
  /** Whether what may be held is held: by the process, or by this subscription alone. */
  isFull(): boolean
  /**
   * Whether another message may be read that could end up here. `maySpill`: what comes while it is full is
   * kept elsewhere, so that only what cannot be kept there brings it over its bound.
   */
  hasRoom(maySpill: boolean): boolean
  wait(letter: Letter, dueMs: number): void
  takeDue(nowMs: number): Letter | null
  nextDueMs(): number
  waitingCount(): number
  /** Keeps a message whose turn has not come; the turns know where it stands. */
  park(letter: Letter): void
  /** The turn of a parked message has come. */
  release(letter: Letter): void
  takeReleased(): Letter | null
  hasReleased(): boolean
  /** Gives up all that waits of a partition, and the parked ones whose turn has come. */
  removeOf(work: PartitionWork): readonly Letter[]
  /** Gives up one that is kept nowhere else than with the turns. */
  leave(letter: Letter): void
}

/** What an object costs beside its bytes. */
const letterBytes = 500
/** The part of the process's budget that one subscription may fill. */
const ownShare = 1 / 2

/** Makes an empty back room. */
export function createBackRoom(budget: WaitingBudget): BackRoom {
  const waiting = createWaitingList<Letter>()
  let released: Letter[] = []
  let keptCount = 0
  let keptBytes = 0

  const keep = (letter: Letter): void => {
    if (letter.heldBytes > 0) return
    letter.detach()
    letter.heldBytes = letterBytes + (letter.entry.value?.length ?? 0)
    keptCount++
    keptBytes += letter.heldBytes
    budget.messages++
    budget.bytes += letter.heldBytes
  }
  const leave = (letter: Letter): void => {
    if (letter.heldBytes === 0) return
    keptCount--
    keptBytes -= letter.heldBytes
    budget.messages--
    budget.bytes -= letter.heldBytes
    letter.heldBytes = 0
  }

  const isFull = (): boolean =>
    !hasRoom(budget) || keptCount >= budget.messagesMax * ownShare || keptBytes >= budget.bytesMax * ownShare

  return {
    leave,
    isFull,
    hasRoom: maySpill => keptCount === 0 || !isFull() || (maySpill && !isOver(budget)),
    wait(letter, dueMs) {
      keep(letter)
      waiting.add(letter, dueMs)
    },
    takeDue(nowMs) {
      const letter = waiting.takeDue(nowMs)
      if (letter !== null) leave(letter)
      return letter
    },
    nextDueMs: waiting.nextDueMs,
    waitingCount: waiting.size,
    park: keep,
    release: letter => void released.push(letter),
    takeReleased() {
      const letter = released.shift() ?? null
      if (letter === null) return null
      leave(letter)
      letter.hasTurn = true
      return letter
    },
    hasReleased: () => released.length > 0,
    removeOf(work) {
      const gone = [
        ...waiting.removeWhere(each => each.work === work),
        ...released.filter(each => each.work === work),
      ]
      released = released.filter(each => each.work !== work)
      for (const letter of gone) leave(letter)
      return gone
    },
  }
}
