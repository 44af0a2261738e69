/**
 * Steps held against management before anything is changed.
 * Takes steps. Gives those that would change something, with what management says would change; a step whose
 * parent is only made by an earlier one is taken as it is. Refuses with what management would refuse.
 */
import { isJsonObject } from '@iris/common/domain/json-shapes'
import type { MemberChange, Step } from '../definitions/plan.js'
import { bodyOf, keyOf, parentKeyOf, parentPathOf, pathOf } from '../definitions/thing.js'
import { succeeded, type Call, type Rest } from './rest.js'

/** What management refused, and about which step. */
export class StepRefused extends Error {
  override readonly name = 'StepRefused'

  constructor(
    readonly step: Step,
    cause: Error,
  ) {
    super(cause.message, { cause })
  }
}

/** The call that does a step. */
export function callOf({ change, place, members, tag }: Step): Call {
  if (change === 'create')
    return { method: 'POST', path: parentPathOf(place), body: bodyOf({ place, members }) }
  if (change === 'delete') return { method: 'DELETE', path: pathOf(place), tag }
  return { method: 'PUT', path: pathOf(place), body: members, tag }
}

/** What a step is, in a sentence. */
export function stepWords({ change, place }: Step): string {
  return `${change} ${keyOf(place)}`
}

/** Asks about each step. */
export async function rehearse(ask: Rest, steps: readonly Step[]): Promise<readonly Step[]> {
  const creations = steps.filter(({ change }) => change === 'create')
  const made = new Set(creations.map(({ place }) => keyOf(place)))
  const kept: Step[] = []
  for (const step of steps) {
    const parent = parentKeyOf(step.place)
    // What goes after its children, or is made below a parent that is not there yet, cannot be tried alone.
    const isAlone = step.change !== 'delete' && (parent === null || !made.has(parent))
    const changes = isAlone ? await rehearsedChanges(ask, step) : step.changes
    if (changes !== null) kept.push({ ...step, changes, isUnsure: false })
  }
  return kept
}

/** Null where nothing would change. */
async function rehearsedChanges(ask: Rest, step: Step): Promise<readonly MemberChange[] | null> {
  const answer = await ask({ ...callOf(step), isDryRun: true })
  const json = refusedAs(step, () => succeeded(stepWords(step), answer))
  if (step.change === 'create' || !isJsonObject(json)) return step.changes
  const { changes, schemas } = json
  const told = Array.isArray(changes) ? changes.flatMap(each => memberChangesIn(each)) : []
  const hasSchema =
    isJsonObject(schemas) && Array.isArray(schemas['register']) && schemas['register'].length > 0
  if (hasSchema) return [...told, ...step.changes.filter(({ member }) => member === 'schema')]
  return told.length === 0 ? null : told
}

/** Throws what was refused together with the step that it is about. */
export function refusedAs<T>(step: Step, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof Error ? new StepRefused(step, error) : error
  }
}

function memberChangesIn(change: unknown): readonly MemberChange[] {
  const members: unknown = isJsonObject(change) ? change['members'] : null
  if (!Array.isArray(members)) return []
  return members.filter(isJsonObject).map(({ member, ...values }) => ({ ...values, member: String(member) }))
}
