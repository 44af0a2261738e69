/**
 * The opening of a task: its source, and the subscription's own kind of pipeline over it.
 * Takes a task and where it stands. Gives the works and the pipeline that delivers them. Promises: the
 * pipeline sends nothing without the task's lock, nothing after an interruption, and nothing more while too
 * many markers wait for Kafka.
 */
import { closedSpanMax } from '@iris/common/dead-letters/closed-offsets'
import { letterPartition } from '@iris/common/dead-letters/selection'
import type { LetterLog } from '@iris/common/dead-letters/walk'
import type { LogEntry, LogReader } from '@iris/common/kafka/reader'
import type { RedriveTask, ReplayTask } from '@iris/common/tasks/task'
import type { Clock } from '@iris/common/time/clock'
import type { Scheduler } from '@iris/common/time/scheduler'
import type { DeadLetters } from '../delivery/dead-letter.js'
import type { DeliveryJournal } from '../delivery/journal.js'
import { createLimiter, type Limiter } from '../delivery/pace/limiter.js'
import type { Pipeline } from '../delivery/pipeline-parts.js'
import type { DeliveryPlan } from '../delivery/plan.js'
import { examine, lettersMeant, letterShaper } from './redrive-letters.js'
import { createTaskJournal } from './task-journal.js'
import type { OpenStretch, TaskOpening, TaskRunParts } from './task-run.js'
import { openTaskWork, type TaskReading, type TaskWork } from './task-work.js'

/** What a task brings into its pipeline; the rest is the subscription's. */
export interface OwnPipelineParts {
  readonly journal: DeliveryJournal
  readonly deadLetters: DeadLetters
  /** Why nothing may be begun now, or null. */
  heldBack(): string | null
}

export interface TaskOpenerParts {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly reader: Pick<LogReader, 'follow'>
  /** The dead-letter topic up to its present end; reading it stops when the signal says so. */
  letterLog(kafkaTopic: string, signal: AbortSignal): Promise<LetterLog>
  pipeline(plan: DeliveryPlan, own: OwnPipelineParts): Pipeline
  /** Writes traces. */
  journal(plan: DeliveryPlan): DeliveryJournal
  /** Where a replay's failures go if they shall. */
  readonly deadLetters: DeadLetters
}

/** Delivered dead letters that may wait for their markers. */
const closingsMax = 5_000

/** What fails stays where it is: settled without a copy. */
const noUndertaker: DeadLetters = {
  bury(message) {
    queueMicrotask(() => {
      if (!message.isWithdrawn()) message.stored(-1)
    })
  },
}

/** Makes the opener. */
export function createTaskOpener(parts: TaskOpenerParts): TaskRunParts['open'] {
  return opening => {
    const { task } = opening
    return task.kind === 'redrive' ? openRedrive(parts, opening, task) : openReplay(parts, opening, task)
  }
}

async function openRedrive(
  parts: TaskOpenerParts,
  opening: TaskOpening,
  task: RedriveTask,
): Promise<OpenStretch> {
  const { plan, ledger, signal } = opening
  const end = task.spec.ranges[0]?.to ?? 0
  const from = opening.positions[0] ?? end
  const to = Math.min(end, from + closedSpanMax)
  const isMeant = lettersMeant(task)
  const isWhole = to === end && task.progress.total === null
  const isEmpty = from >= to
  const { closed, count } = isEmpty
    ? { closed: null, count: 0 }
    : await examine(await parts.letterLog(plan.deadLetterTopic, signal), { from, to }, isMeant, isWhole)
  const shape = closed === null ? (): null => null : letterShaper(closed, isMeant, ledger)
  const range = { partition: letterPartition, from, to: Math.max(from, to) }
  return assemble(parts, opening, {
    readings: [{ kafkaTopic: plan.deadLetterTopic, range, shape }],
    ...{ total: isWhole ? count : null, isLast: to >= end, buries: false },
  })
}

function openReplay(parts: TaskOpenerParts, opening: TaskOpening, task: ReplayTask): Promise<OpenStretch> {
  const { ranges, deadLetters: buries } = task.spec
  const { kafkaTopic } = opening.plan
  const shape = (entry: LogEntry): LogEntry => entry
  const readings = ranges.map(({ partition, from, to }, index) => {
    const left = { partition, from: opening.positions[index] ?? from, to }
    return { kafkaTopic, range: left, shape }
  })
  const total = ranges.reduce((sum, { from, to }) => sum + (to - from), 0)
  return Promise.resolve(assemble(parts, opening, { readings, total, isLast: true, buries }))
}

interface Assembly {
  readonly readings: readonly Pick<TaskReading, 'kafkaTopic' | 'range' | 'shape'>[]
  readonly total: number | null
  readonly isLast: boolean
  readonly buries: boolean
}

function assemble(
  parts: TaskOpenerParts,
  { task, plan, ledger, lock, signal }: TaskOpening,
  { readings, total, isLast, buries }: Assembly,
): OpenStretch {
  let problem: string | null = null
  const journal = createTaskJournal({
    ...{ ledger, buries, inner: parts.journal(plan) },
    rangeOf: partition => readings.findIndex(({ range }) => range.partition === partition),
  })
  const pipeline = parts.pipeline(plan, {
    journal,
    deadLetters: buries ? parts.deadLetters : noUndertaker,
    heldBack() {
      if (signal.aborted) return 'the task stops'
      if (!lock.isHeld()) return 'the lock of the task was lost: another process may work on it by now'
      return ledger.closingsCount() < closingsMax ? null : 'too many markers wait for Kafka'
    },
  })
  const limiter = limiterOf(task.spec.rate)
  const endsTogether = plan.deliveryType === 'BATCH'
  const workParts = {
    ...parts,
    wake: pipeline.wake,
    replaced: () => void (problem = 'the Kafka topic was removed and made anew'),
  }
  const works = readings.map((reading): TaskWork => {
    const opened = openTaskWork(workParts, { ...reading, lock, limiter, endsTogether })
    pipeline.add(opened.work)
    return opened
  })
  return { pipeline, works, total, isLast, problem: () => problem }
}

function limiterOf(rate: number | null): Limiter | null {
  return rate === null ? null : createLimiter(rate)
}
