// pure
/**
 * What a PromQL expression asks for, as far as names go.
 * Takes the expression. Gives its metrics with the labels that they are selected by, and the labels that
 * results are grouped or matched by. Whether it parses is promtool's to say.
 */

/** A metric as an expression names it. */
export interface Selected {
  readonly name: string
  readonly labels: readonly string[]
}

export interface Wanted {
  readonly metrics: readonly Selected[]
  /** Labels after `by`, `on`, `without`, `ignoring`, `group_left` and `group_right`. */
  readonly groupedBy: readonly string[]
}

const keywords = new Set(
  'and or unless by on without ignoring group_left group_right offset bool start end inf nan'.split(' '),
)
const groupings = /\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^)]*)\)/gi
const selector = /([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(\s*\()?/g

/** Reads the names. */
export function wantedBy(expression: string): Wanted {
  // Texts first, so that nothing in them looks like a name; then lengths of time and numbers.
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/(?<![\w:])[\d.]+\w*/g, '')
  const groupedBy = [...bare.matchAll(groupings)].flatMap(match => labelsIn(match[1] ?? ''))
  const metrics: Selected[] = []
  for (const [, name = '', matchers, call] of bare.replace(groupings, ' ').matchAll(selector)) {
    if (keywords.has(name.toLowerCase()) || (call !== undefined && matchers === undefined)) continue
    metrics.push({ name, labels: matchers === undefined ? [] : matchedIn(matchers) })
  }
  return { metrics, groupedBy }
}

function labelsIn(list: string): string[] {
  return list
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '')
}

function matchedIn(matchers: string): string[] {
  return [...matchers.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g)].map(match => match[1] ?? '')
}
