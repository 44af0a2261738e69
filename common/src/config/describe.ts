/**
 * The configuration reference, generated from the declarations.
 * Takes the keys of a service. Gives a Markdown table.
 */
import type { ConfigKeys } from './declare.js'
import { variableOf } from './load.js'

/** A table of key, variable, default, allowed values and prose, in the order of declaration. */
export function describeConfig(keys: ConfigKeys): string {
  const rows = Object.values(keys).map(each => {
    const shown = each.isSecret ? '' : JSON.stringify(each.fallback)
    const allowed = each.schema.description ?? ''
    return `| \`${each.name}\` | \`${variableOf(each.name)}\` | \`${shown}\` | ${allowed} | ${each.prose} |`
  })
  return [
    '| key | variable | default | allowed | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}
