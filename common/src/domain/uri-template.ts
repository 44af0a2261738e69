// pure
/**
 * URI templates: RFC 6570, all four levels.
 * Takes the text of a template once, then a value for each variable. Gives the filled-in text, ASCII only.
 * Refuses variable names that the grammar does not know, in Hermes' words. A variable without a value is left
 * out, as the RFC has it; a length limit (`:3`) on a list or map makes the whole impossible (null).
 */

/** A value: text, a list, or the members of a map in order. */
export type TemplateValue = string | readonly string[] | ReadonlyMap<string, string>

/** A compiled template. */
export interface UriTemplate {
  /** The variables, each once, in the order of their first use. */
  readonly variables: readonly string[]
  /** The text; null where a value does not fit its place. */
  expand(valueOf: (variable: string) => TemplateValue | undefined): string | null
}

/** The table of RFC 6570, appendix A. */
interface Operator {
  readonly first: string
  readonly separator: string
  readonly isNamed: boolean
  /** What follows the name of an empty value. */
  readonly whenEmpty: string
  /** Whether reserved letters and `%xx` stay as they are. */
  readonly keepsReserved: boolean
}

interface Variable {
  readonly name: string
  /** Letters that are taken of a text; 0 for all. */
  readonly lengthMax: number
  readonly isExploded: boolean
}

type Part = string | { readonly operator: Operator; readonly variables: readonly Variable[] }

const plain = { first: '', separator: ',', isNamed: false, whenEmpty: '', keepsReserved: false }
const operators: ReadonlyMap<string, Operator> = new Map([
  ['+', { ...plain, keepsReserved: true }],
  ['#', { ...plain, first: '#', keepsReserved: true }],
  ['.', { ...plain, first: '.', separator: '.' }],
  ['/', { ...plain, first: '/', separator: '/' }],
  [';', { ...plain, first: ';', separator: ';', isNamed: true }],
  ['?', { ...plain, first: '?', separator: '&', isNamed: true, whenEmpty: '=' }],
  ['&', { ...plain, first: '&', separator: '&', isNamed: true, whenEmpty: '=' }],
])

const expression = /\{([^{}]*)\}/
const variableName = /^(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})+(?:\.(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})+)*$/
const modifiers = /^(.*?)(?:\*|:([1-9]\d{0,3}))?$/s
const notUnreserved = /[^A-Za-z0-9._~-]/gu
const notReserved = /%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]/gu
const triplet = /^%[0-9A-Fa-f]{2}$/

/** Compiles a template, or says why it is none. */
export function compileUriTemplate(text: string): UriTemplate | { readonly problem: string } {
  const parts: Part[] = []
  for (const [index, piece] of text.split(expression).entries()) {
    if (index % 2 === 0) {
      if (/[{}]/.test(piece)) return { problem: `The template ${text} has a brace without its partner` }
      parts.push(encode(piece, true))
      continue
    }
    const operator = operators.get(piece[0] ?? '')
    const variables: Variable[] = []
    for (const spec of (operator === undefined ? piece : piece.slice(1)).split(',')) {
      const [, name = '', length] = modifiers.exec(spec) ?? []
      if (!variableName.test(name))
        return { problem: `The variable name ${name} contains invalid characters` }
      variables.push({ name, lengthMax: Number(length ?? 0), isExploded: spec.endsWith('*') })
    }
    parts.push({ operator: operator ?? plain, variables })
  }
  const all = parts.flatMap(part => (typeof part === 'string' ? [] : part.variables))
  return { variables: [...new Set(all.map(each => each.name))], expand: valueOf => expand(parts, valueOf) }
}

function expand(
  parts: readonly Part[],
  valueOf: (variable: string) => TemplateValue | undefined,
): string | null {
  let text = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    const { operator, variables } = part
    const filled: string[] = []
    for (const variable of variables) {
      const value = valueOf(variable.name)
      if (value === undefined || (typeof value !== 'string' && sizeOf(value) === 0)) continue
      if (typeof value !== 'string' && variable.lengthMax > 0) return null
      filled.push(
        typeof value === 'string' ? fillText(operator, variable, value) : fillMany(operator, variable, value),
      )
    }
    if (filled.length > 0) text += operator.first + filled.join(operator.separator)
  }
  return text
}

function fillText(operator: Operator, { name, lengthMax }: Variable, value: string): string {
  const whole = lengthMax === 0 ? value : Array.from(value).slice(0, lengthMax).join('')
  return named(operator, name, encode(whole, operator.keepsReserved))
}

function fillMany(
  operator: Operator,
  { name, isExploded }: Variable,
  value: readonly string[] | ReadonlyMap<string, string>,
): string {
  const encoded = (text: string): string => encode(text, operator.keepsReserved)
  if (!isExploded) {
    const all = isList(value) ? value : [...value].flat()
    return named(operator, name, all.map(encoded).join(','))
  }
  const pairs = isList(value)
    ? value.map(each => (operator.isNamed ? named(operator, name, encoded(each)) : encoded(each)))
    : [...value].map(([member, each]) =>
        operator.isNamed
          ? named(operator, encoded(member), encoded(each))
          : `${encoded(member)}=${encoded(each)}`,
      )
  return pairs.join(operator.separator)
}

function named(operator: Operator, name: string, encoded: string): string {
  if (!operator.isNamed) return encoded
  return encoded === '' ? name + operator.whenEmpty : `${name}=${encoded}`
}

/** Percent-encodes as UTF-8 what may not stand there; half a surrogate pair becomes U+FFFD. */
function encode(text: string, keepsReserved: boolean): string {
  return text.replace(keepsReserved ? notReserved : notUnreserved, found =>
    keepsReserved && triplet.test(found) ? found : percent(found),
  )
}

function percent(text: string): string {
  const bytes = [...Buffer.from(text, 'utf8')]
  return bytes.map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}

function sizeOf(value: readonly string[] | ReadonlyMap<string, string>): number {
  return isList(value) ? value.length : value.size
}

function isList(value: readonly string[] | ReadonlyMap<string, string>): value is readonly string[] {
  return Array.isArray(value)
}
