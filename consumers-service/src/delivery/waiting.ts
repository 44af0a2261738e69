// pure
/**
 * Messages that wait for a time: retries beside the stream, delayed first sends.
 * Takes a message and when it is due. Gives those that are due, the earliest first.
 * Bound: its messages are unsettled offsets; what all subscriptions of a process hold is in `WaitingBudget`.
 */

/** What a process may hold back in all: messages that wait for a retry or behind their key. */
export interface WaitingBudget {
  readonly messagesMax: number
  readonly bytesMax: number
  messages: number
  bytes: number
}

/** Whether the process may take in more that could end up waiting. */
export function hasRoom(budget: WaitingBudget): boolean {
  return budget.messages < budget.messagesMax && budget.bytes < budget.bytesMax
}

/** Whether it holds more than it may, as what was under way at the bound can bring about. */
export function isOver(budget: WaitingBudget): boolean {
  return budget.messages > budget.messagesMax || budget.bytes > budget.bytesMax
}

export interface WaitingList<T> {
  add(item: T, dueMs: number): void
  /** Takes the earliest that is due. */
  takeDue(nowMs: number): T | null
  /** When the earliest is due; Infinity when none waits. */
  nextDueMs(): number
  size(): number
  /** Takes out what belongs to a partition that is given away. */
  removeWhere(isGone: (item: T) => boolean): readonly T[]
}

interface Entry<T> {
  readonly item: T
  readonly dueMs: number
  /** Breaks ties, so that equal times keep their order. */
  readonly order: number
}

/** Makes an empty list: a binary heap. */
export function createWaitingList<T>(): WaitingList<T> {
  let heap: Entry<T>[] = []
  let nextOrder = 0

  const pop = (): Entry<T> | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    heap[0] = last
    siftDown(heap)
    return first
  }

  return {
    add(item, dueMs) {
      heap.push({ item, dueMs, order: nextOrder++ })
      siftUp(heap)
    },
    takeDue: nowMs => ((heap[0]?.dueMs ?? Infinity) <= nowMs ? (pop()?.item ?? null) : null),
    nextDueMs: () => heap[0]?.dueMs ?? Infinity,
    size: () => heap.length,
    removeWhere(isGone) {
      const gone = heap.filter(entry => isGone(entry.item)).map(entry => entry.item)
      // A sorted array is a heap.
      heap = heap.filter(entry => !isGone(entry.item)).sort((a, b) => (isBefore(a, b) ? -1 : 1))
      return gone
    },
  }
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
}

function siftUp<T>(heap: Entry<T>[]): void {
  let index = heap.length - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!swapIfBefore(heap, index, parent)) return
    index = parent
  }
}

function siftDown<T>(heap: Entry<T>[]): void {
  let index = 0
  for (;;) {
    const left = 2 * index + 1
    const right = left + 1
    const [a, b] = [heap[left], heap[right]]
    const child = a !== undefined && b !== undefined && isBefore(b, a) ? right : left
    if (!swapIfBefore(heap, child, index)) return
    index = child
  }
}

/** Puts `lower` in the place of `upper` if it is due before it. */
function swapIfBefore<T>(heap: Entry<T>[], lower: number, upper: number): boolean {
  const below = heap[lower]
  const above = heap[upper]
  if (below === undefined || above === undefined || !isBefore(below, above)) return false
  heap[lower] = above
  heap[upper] = below
  return true
}
