/**
 * Dead letters that nobody wants any more.
 * Takes a selection. All of them are removed from Kafka, some are closed by markers; `dryRun` only counts.
 * Gives how many, and where to go on when a filter had more to look at than one answer may. Promises: what
 * died after the question is untouched. Refuses while a redrive is open: it might still send them.
 */
import { z } from 'zod'
import type { ValueOf } from '@iris/common/domain/json-shapes'
import { letterMatcher, type LetterFilter } from '@iris/common/dead-letters/letter-filter'
import { rangesOf } from '@iris/common/dead-letters/marker'
import { selectingMembers, selectionOf } from '@iris/common/dead-letters/selection'
import { refusal } from '@iris/common/errors/hermes-error'
import { invalidMember } from '@iris/common/errors/member-about'
import type { TaskStore } from '@iris/common/tasks/task-store'
import { patchOf } from '../requests.js'
import {
  kafkaTopicOf,
  openLetters,
  walkLetters,
  type DeadLetterParts,
  type LetterNames,
} from './open-letters.js'
import { countSelected, type DeadLetterSummary } from './summary.js'

/** What a purge did. */
export const purgedShape = z.object({
  purged: z.int().optional().describe('How many were closed; absent where all were removed'),
  isComplete: z.boolean().describe('False when the same call with `after` set to `next` has more to do'),
  next: z.string().optional(),
})
export type Purged = ValueOf<typeof purgedShape>

const windowFirst = 500

export interface PurgeParts extends DeadLetterParts {
  readonly tasks: Pick<TaskStore, 'openId'>
}

const members = [...selectingMembers, 'dryRun']

/** Purges what the body selects, or counts it. */
export async function purgeDeadLetters(
  parts: PurgeParts,
  names: LetterNames,
  request: { readonly body: unknown; readonly after: string | null },
): Promise<Purged | DeadLetterSummary> {
  const body = patchOf(request.body)
  const unknown = Object.keys(body).find(name => !members.includes(name))
  if (unknown !== undefined) throw invalidMember(unknown, `is none of ${members.join(', ')}`)
  const { dryRun = null } = body
  if (dryRun !== null && typeof dryRun !== 'boolean') throw invalidMember('dryRun', 'must be true or false')
  const selection = selectionOf(body)
  if (dryRun === true) return countSelected(parts, names, selection, request.after)
  await refuseBesideRedrive(parts, names)
  if (selection.kind === 'filter') return purgeFitting(parts, names, selection.filter, request.after)
  const kafkaTopic = await kafkaTopicOf(parts, names)
  const stored = await parts.letters.open(kafkaTopic, null)
  if (selection.kind === 'all') {
    if (stored !== null && stored.next > stored.first) await parts.letters.remove(kafkaTopic, stored.next)
    return { isComplete: true }
  }
  const offsets = selection.offsets.filter(
    offset => stored !== null && offset >= stored.first && offset < stored.next,
  )
  await parts.letters.close(kafkaTopic, rangesOf(offsets), 'purged')
  return { purged: offsets.length, isComplete: true }
}

async function refuseBesideRedrive({ tasks }: PurgeParts, { topic, name }: LetterNames): Promise<void> {
  const open = await tasks.openId(topic, name, 'redrive')
  if (open === null) return
  throw refusal('CONFLICT', {
    problem: `Task ${open} is redriving dead letters of subscription ${name}; wait for it or cancel it first`,
  })
}

async function purgeFitting(
  parts: DeadLetterParts,
  names: LetterNames,
  filter: LetterFilter,
  after: string | null,
): Promise<Purged> {
  const opened = await openLetters(parts, names, { after, fromMs: filter.fromMs })
  if (opened === null) return { purged: 0, isComplete: true }
  const fits = letterMatcher(filter)
  const offsets: number[] = []
  const next = await walkLetters<true>(parts, opened, {
    windowFirst,
    pick: entry => (fits(entry) ? true : null),
    bytesOf: () => 0,
    take: offset => offsets.push(offset) < offsetsMax,
  })
  await parts.letters.close(opened.kafkaTopic, rangesOf(offsets.reverse()), 'purged')
  return { purged: offsets.length, isComplete: next === null, ...(next === null ? {} : { next }) }
}

/** Letters that one call closes. */
const offsetsMax = 100_000
