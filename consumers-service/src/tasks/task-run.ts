/**
 * READ FIRST. One task in the process that holds its lock: begin, read, deliver by the subscription's own
 * pipeline, close and save as it goes, end. Promises: a dead letter is closed only after its delivery, and
 * progress saved only after that, so that whoever goes on loses none; after an interruption, a cancel or
 * the loss of the lock nothing more is sent. Repeated by the next executor: what was in flight, and what
 * was delivered since the last save (`saveMs`).
 */
import type { Log } from '@iris/common/lifecycle/log'
import {
  isExecutedBy,
  begun,
  broken,
  finished,
  interrupted,
  isOpen,
  progressed,
} from '@iris/common/tasks/task-states'
import type { TaskPlace, TaskStore } from '@iris/common/tasks/task-store'
import type { Task } from '@iris/common/tasks/task'
import type { Clock } from '@iris/common/time/clock'
import { sleep, withDeadline, type Cancel, type Scheduler } from '@iris/common/time/scheduler'
import type { Lock } from '@iris/common/zookeeper/lock'
import type { Pipeline } from '../delivery/pipeline-parts.js'
import type { DeliveryPlan } from '../delivery/plan.js'
import { createLedger, type Ledger } from './ledger.js'
import type { TaskWork } from './task-work.js'
import { whyStill } from './why-still.js'

export interface TaskRunParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
  readonly tasks: TaskStore
  readonly instance: string
  /** Tells each change of a task. */
  watch(place: TaskPlace, listener: (task: Task | null) => void): Cancel
  plan(task: Task): DeliveryPlan | { readonly problem: string }
  /**
   * Opens the next stretch of what is left. Rejects with {@link TaskBroken} when that cannot be, and when
   * it was aborted.
   */
  open(opening: TaskOpening): Promise<OpenStretch>
  /** Stores markers; resolves on Kafka's word only. */
  close(plan: DeliveryPlan, offsets: readonly number[]): Promise<void>
  /** Lets Kafka remove what is below an offset: nothing of it counts any more. */
  trim(plan: DeliveryPlan, before: number): Promise<void>
}

export interface TaskOpening {
  readonly task: Task
  readonly plan: DeliveryPlan
  readonly ledger: Ledger
  readonly lock: Lock
  readonly signal: AbortSignal
  /** What the task has come to, so far. */
  readonly positions: readonly number[]
}

/** A part of a task that is being delivered: nearly always all of it. */
export interface OpenStretch {
  readonly pipeline: Pipeline
  readonly works: readonly TaskWork[]
  /** Messages to deliver in the whole task, where that was counted. */
  readonly total: number | null
  /** Whether the task ends with this stretch. */
  readonly isLast: boolean
  /** Why it cannot go on for good, or null. */
  problem(): string | null
}

export interface TaskRunOptions {
  /** How long what is under way may take at an interruption. */
  readonly drainMs: number
}

/** What makes a task fail for good; its message says why. */
export class TaskBroken extends Error {
  override readonly name = 'TaskBroken'
}

const tickMs = 100
const saveMs = 1_000
/** For the last markers and the last progress of an interrupted run: a pause waits for them. */
const lastSaveMs = 1_500

/** Runs it until it ends or `signal` interrupts it. Never rejects. */
export async function runTask(
  parts: TaskRunParts,
  options: TaskRunOptions,
  { place, lock, signal }: { readonly place: TaskPlace; readonly lock: Lock; readonly signal: AbortSignal },
): Promise<void> {
  const executor = `${parts.instance} #${lock.number}`
  const task = await parts.tasks.change(place, each => begun(each, executor, parts.clock.now()))
  if (task === null || !isOpen(task)) return
  parts.log.info('task.begun', { task: task.id, subscription: `${task.topic}$${task.subscription}` })
  const run = createRun(parts, options, { task, place, lock, executor })
  const ending = await run.until(signal)
  parts.log.info('task.left', { task: task.id, ending })
}

interface RunContext {
  readonly task: Task
  readonly place: TaskPlace
  readonly lock: Lock
  readonly executor: string
}

type Ending = 'done' | 'interrupted' | 'broken'

function createRun(
  parts: TaskRunParts,
  options: TaskRunOptions,
  { task, place, lock, executor }: RunContext,
): { until(signal: AbortSignal): Promise<Ending> } {
  const { clock, scheduler, log, tasks } = parts
  const isRedrive = task.kind === 'redrive'
  const ledger = createLedger({ progress: task.progress, failures: task.failures, isRedrive })
  const stop = new AbortController()
  let positions = task.progress.positions
  let total = task.progress.total
  let stretch: OpenStretch | null = null
  let savedAtMs = clock.monotonic()
  let savedOutcomes = 0
  let saving: Promise<void> | null = null

  const change = (to: (each: Task) => Task): Promise<Task | null> =>
    tasks.change(place, each => (isExecutedBy(each, executor) ? to(each) : each))
  const currentProgress = (each: Task): Task => {
    const { failures, ...progress } = ledger.progress(positions)
    const elapsedMs = Math.max(1, clock.monotonic() - savedAtMs)
    const outcomes = ledger.outcomeCount() - savedOutcomes
    const now = {
      rate: (outcomes * 1000) / elapsedMs,
      heldBack: outcomes > 0 || stretch === null ? null : whyStill(stretch.pipeline.status()),
      updatedAt: clock.now(),
    }
    return progressed(each, { ...each.progress, ...progress, total, ...now }, failures)
  }
  /** Markers first, then what counts on them. */
  const save = async (plan: DeliveryPlan, then: (each: Task) => Task = each => each): Promise<void> => {
    if (stretch !== null) positions = stretch.works.map(each => each.position())
    const closings = ledger.closings()
    if (closings.length > 0) await parts.close(plan, closings)
    ledger.closed(closings)
    const saved = await change(each => then(currentProgress(each)))
    savedAtMs = clock.monotonic()
    savedOutcomes = ledger.outcomeCount()
    if (saved === null || (isOpen(saved) && !isExecutedBy(saved, executor)))
      stop.abort(new Error('it is not ours'))
  }
  const trySave = async (plan: DeliveryPlan): Promise<void> => {
    try {
      await save(plan)
    } catch (error) {
      savedAtMs = clock.monotonic()
      log.warn('task.notSaved', { task: task.id, error })
    }
  }

  /** Delivers a stretch; gives whether all of it has its outcome. */
  const deliver = async (plan: DeliveryPlan, open: OpenStretch): Promise<boolean> => {
    for (;;) {
      const problem = open.problem()
      if (problem !== null) throw new TaskBroken(problem)
      if (open.works.every(each => each.isDone())) return true
      if (stop.signal.aborted) return false
      // Not awaited: with Kafka or ZooKeeper away a pause must not wait for a save.
      if (clock.monotonic() - savedAtMs >= saveMs) saving ??= trySave(plan).finally(() => (saving = null))
      await sleep(scheduler, tickMs)
    }
  }
  const leave = async ({ pipeline, works }: OpenStretch): Promise<void> => {
    await Promise.all(works.map(({ work }) => pipeline.drain(work, options.drainMs)))
    for (const { work } of works) work.follower.close()
    pipeline.stop()
  }
  const end = async (plan: DeliveryPlan): Promise<Ending> => {
    await saving
    for (;;) {
      try {
        await save(plan, each => finished(each, clock.now()))
        return 'done'
      } catch (error) {
        log.warn('task.notEnded', { task: task.id, error })
        if (stop.signal.aborted) return 'interrupted'
        await sleep(scheduler, saveMs)
      }
    }
  }
  const giveUp = async (plan: DeliveryPlan): Promise<Ending> => {
    try {
      const last = save(plan, each => interrupted(each, clock.now()))
      await withDeadline(scheduler, lastSaveMs, `the last word about task ${task.id}`, last)
    } catch (error) {
      log.warn('task.lastSaveFailed', { task: task.id, error })
    }
    return 'interrupted'
  }
  const work = async (plan: DeliveryPlan): Promise<Ending> => {
    for (;;) {
      stretch = await parts.open({ task, plan, ledger, lock, signal: stop.signal, positions })
      total ??= stretch.total
      const isThrough = await deliver(plan, stretch).finally(() => leave(stretch as OpenStretch))
      if (!isThrough) return giveUp(plan)
      if (stretch.isLast) break
      await trySave(plan)
    }
    const ending = await end(plan)
    if (ending === 'done') await trim(parts, plan, task, ledger.progress(positions).keptFrom)
    return ending
  }

  return {
    async until(signal) {
      const interrupt = (): void => stop.abort(signal.reason)
      signal.addEventListener('abort', interrupt, { once: true })
      if (signal.aborted) interrupt()
      const cancels = [
        lock.onLost(reason => stop.abort(new Error(reason))),
        parts.watch(place, each => {
          if (each === null || each.state === 'cancelling') stop.abort(new Error('it was cancelled'))
        }),
      ]
      const plan = parts.plan(task)
      try {
        if ('problem' in plan) throw new TaskBroken(plan.problem)
        return await work(plan)
      } catch (error) {
        if (!(error instanceof TaskBroken)) {
          if (!stop.signal.aborted) log.error('task.stopped', { task: task.id, error })
          await change(each => interrupted(each, clock.now())).catch((cause: unknown) =>
            log.warn('task.lastSaveFailed', { task: task.id, error: cause }),
          )
          return 'interrupted'
        }
        await change(each => broken(each, error.message, clock.now()))
        return 'broken'
      } finally {
        signal.removeEventListener('abort', interrupt)
        for (const cancel of cancels) cancel()
      }
    },
  }
}

/** After a redrive of all there is, what lies below the first letter that stays is closed, or a marker. */
async function trim(
  parts: TaskRunParts,
  plan: DeliveryPlan,
  task: Task,
  keptFrom: number | null,
): Promise<void> {
  const [range] = task.spec.ranges
  if (task.kind !== 'redrive' || task.spec.selection['ids'] !== undefined || range === undefined) return
  const before = Math.min(keptFrom ?? range.to, range.to)
  if (before <= range.from) return
  try {
    await parts.trim(plan, before)
  } catch (error) {
    parts.log.warn('task.notTrimmed', { task: task.id, error })
  }
}
