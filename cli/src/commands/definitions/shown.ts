// pure
/**
 * Steps as people read them, and as programs do.
 */
import type { MemberChange, Step } from '../../definitions/plan.js'
import { kindWords, nameOf } from '../../definitions/thing.js'

const signs = { create: '+', update: '~', delete: '-' } as const
const lettersMax = 100

/** `~ update topic shop.orders`, and a line a member below it. */
export function stepLines(step: Step): readonly string[] {
  const { change, place, changes } = step
  return [
    `${signs[change]} ${change} ${kindWords[place.kind]} ${nameOf(place)}`,
    ...changes.map(each => `    ${memberLine(change, each)}`),
  ]
}

/** How many of each. */
export function countLine(steps: readonly Step[]): string {
  const count = (change: Step['change']): number => steps.filter(each => each.change === change).length
  if (steps.length === 0) return 'Nothing to do: everything is as the file says.'
  return `${count('create')} to create, ${count('update')} to update, ${count('delete')} to delete.`
}

/** For `--json`. */
export function stepJson({ change, place, changes }: Step): object {
  return { change, kind: place.kind, name: nameOf(place), members: changes }
}

function memberLine(change: Step['change'], { member, before, after }: MemberChange): string {
  if (change === 'create') return `${member}: ${valueText(after)}`
  return `${member}: ${valueText(before)} -> ${valueText(after)}`
}

function valueText(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= lettersMax ? text : `${text.slice(0, lettersMax)}...`
}
