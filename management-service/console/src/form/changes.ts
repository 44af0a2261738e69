// pure
/**
 * What was changed in a definition, as the merge patch that management takes.
 * Takes a definition before and after. Gives only the members that differ; what was taken out is null, which
 * management reads as its default.
 */
import type { Draft } from './pointer.js'

/** The patch; an empty object where nothing was changed. */
export function changesBetween(before: Draft, after: Draft): Draft {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changes: Record<string, unknown> = {}
  for (const name of names) {
    const [old, next] = [before[name], after[name]]
    if (JSON.stringify(old) === JSON.stringify(next)) continue
    changes[name] = isObject(old) && isObject(next) ? changesBetween(old, next) : (next ?? null)
  }
  return changes
}

function isObject(value: unknown): value is Draft {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
