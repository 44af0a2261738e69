/**
 * Which tasks this process works on.
 * Takes the list of open tasks and the subscriptions' states. Gives each task that may run to whoever gets
 * its lock first, here or elsewhere. Promises: no lock is held for a subscription that is suspended or
 * removed; a task whose process died is taken by another; all locks are given back at the stop. Bound:
 * `tasksMax` at a time.
 */
import type { SubscriptionId } from '@iris/common/domain/names'
import type { Log } from '@iris/common/lifecycle/log'
import type { TaskKind } from '@iris/common/tasks/task'
import { readOpenName } from '@iris/common/tasks/task-store'
import { sleep, type Cancel, type Scheduler } from '@iris/common/time/scheduler'
import type { Lock } from '@iris/common/zookeeper/lock'

/** An entry of the list of open tasks. */
export interface Errand {
  /** Name of the entry. */
  readonly name: string
  readonly subscriptionId: SubscriptionId
  readonly kind: TaskKind
}

export interface TaskDeskParts {
  readonly scheduler: Scheduler
  readonly log: Log
  watchOpen(listener: (names: readonly string[]) => void): Cancel
  onSubscription(listener: (id: SubscriptionId) => void): Cancel
  /** Why the tasks of a subscription must not run now, or null. */
  whyNot(id: SubscriptionId): string | null
  acquire(errand: Errand, signal: AbortSignal): Promise<Lock>
  /** Works on it until it ends or is interrupted. */
  run(errand: Errand, lock: Lock, signal: AbortSignal): Promise<void>
}

export interface TaskDeskOptions {
  readonly tasksMax: number
  /** Between tries after something failed. */
  readonly retryMs: number
}

export interface TaskDesk {
  start(): void
  /** Interrupts all; resolves when their locks are given back. */
  stop(): Promise<void>
  runningCount(): number
}

interface Seat {
  readonly errand: Errand
  readonly stop: AbortController
  /** Resolves when nothing of it is held any more. */
  left: Promise<void>
}

/** For each task that runs here others get a head start, so that many tasks spread over the processes. */
const headStartMs = 150

/** Makes the desk; it takes nothing before `start`. */
export function createTaskDesk(parts: TaskDeskParts, options: TaskDeskOptions): TaskDesk {
  const { scheduler, log } = parts
  const seats = new Map<string, Seat>()
  const running = new Set<string>()
  const cancels: Cancel[] = []
  let errands: readonly Errand[] = []
  let isStopped = false
  let lookAgain: Cancel | null = null

  const attend = async (errand: Errand, signal: AbortSignal): Promise<void> => {
    let lock: Lock | null = null
    try {
      await sleep(scheduler, running.size * headStartMs)
      if (signal.aborted) return
      lock = await parts.acquire(errand, signal)
      if (running.size >= options.tasksMax || signal.aborted) return
      running.add(errand.name)
      await parts.run(errand, lock, signal)
    } catch (error) {
      if (!signal.aborted) log.warn('task.notTaken', { task: errand.name, error })
    } finally {
      running.delete(errand.name)
      await lock?.release().catch((error: unknown) => log.warn('task.releaseDelayed', { error }))
    }
  }

  const take = (errand: Errand): void => {
    const stop = new AbortController()
    const seat: Seat = { errand, stop, left: Promise.resolve() }
    seats.set(errand.name, seat)
    seat.left = attend(errand, stop.signal).finally(() => {
      seats.delete(errand.name)
      // What is still open then is tried again, not at once: it was refused, or interrupted for a reason.
      if (isStopped) return
      lookAgain ??= scheduler.after(options.retryMs, () => {
        lookAgain = null
        look()
      })
    })
  }

  /** Takes what may run, and interrupts what may not. */
  const look = (): void => {
    if (isStopped) return
    const open = new Set(errands.map(({ name }) => name))
    for (const { errand, stop } of seats.values()) {
      const reason = open.has(errand.name) ? parts.whyNot(errand.subscriptionId) : null
      if (reason !== null) stop.abort(new Error(reason))
      // Gone from the list while it waits for the lock: another process has ended it.
      else if (!open.has(errand.name) && !running.has(errand.name)) stop.abort(new Error('it has ended'))
    }
    if (running.size >= options.tasksMax) return
    for (const errand of errands)
      if (!seats.has(errand.name) && parts.whyNot(errand.subscriptionId) === null) take(errand)
  }

  return {
    start() {
      cancels.push(
        parts.watchOpen(names => {
          errands = names.flatMap(errandOf)
          look()
        }),
        parts.onSubscription(id => {
          if (errands.some(({ subscriptionId }) => subscriptionId === id)) look()
        }),
      )
    },
    async stop() {
      isStopped = true
      lookAgain?.()
      for (const cancel of cancels) cancel()
      for (const { stop } of seats.values()) stop.abort(new Error('the process stops'))
      await Promise.all([...seats.values()].map(({ left }) => left))
    },
    runningCount: () => running.size,
  }
}

function errandOf(name: string): readonly Errand[] {
  const read = readOpenName(name)
  if (read === null) return []
  return [{ name, kind: read.kind, subscriptionId: read.subscriptionId }]
}
