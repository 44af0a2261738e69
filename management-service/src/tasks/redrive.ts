/**
 * The redrive of dead letters: sent again to the subscription's endpoint or another one.
 * Takes a selection and options. Gives a task, or with `dryRun` what it would send, counted by causes.
 * Promises: letters that die after the question are not part of it; a suspended subscription's redrive waits.
 */
import {
  letterPartition,
  selectingMembers,
  selectionJson,
  selectionOf,
  type Selection,
} from '@iris/common/dead-letters/selection'
import type { Task, TaskRange } from '@iris/common/tasks/task'
import { kafkaTopicOf } from '../dead-letters/open-letters.js'
import { countSelected, type DeadLetterSummary } from '../dead-letters/summary.js'
import { patchOf } from '../requests.js'
import type { StoredLetters } from '../store/letter-ports.js'
import type { Asked } from '../topics/create-topic.js'
import { addTask } from './add-task.js'
import { taskOptionsOf } from './task-options.js'
import type { TaskNames, TaskParts } from './task-parts.js'

/** A task, or what it would do. */
export type Redriven = { readonly task: Task } | { readonly dryRun: DeadLetterSummary }

/** Starts a redrive, or counts. */
export async function redriveDeadLetters(
  parts: TaskParts & Asked,
  names: TaskNames,
  request: { readonly body: unknown; readonly after: string | null },
): Promise<Redriven> {
  const body = patchOf(request.body)
  const { rate, endpoint, isDryRun } = await taskOptionsOf(parts, names, body, selectingMembers)
  const selection = selectionOf(body)
  const kafkaTopic = await kafkaTopicOf(parts, names)
  if (isDryRun) return { dryRun: await countSelected(parts, names, selection, request.after) }
  const stored = await parts.letters.open(kafkaTopic, null)
  const ranges = [rangeOf(selection, stored)]
  const spec = { ranges, rate, endpoint, selection: selectionJson(selection) }
  return { task: await addTask(parts, names, { kind: 'redrive', spec }) }
}

/** What has to be read for it; nothing where nothing died yet. */
function rangeOf(selection: Selection, stored: StoredLetters | null): TaskRange {
  const { first, next } = stored ?? { first: 0, next: 0 }
  if (selection.kind !== 'ids') return { partition: letterPartition, from: first, to: next }
  const from = Math.max(first, selection.offsets[0] ?? first)
  const to = Math.min(next, (selection.offsets.at(-1) ?? first) + 1)
  return { partition: letterPartition, from, to: Math.max(from, to) }
}
