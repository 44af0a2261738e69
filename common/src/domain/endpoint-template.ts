// pure
/**
 * An endpoint whose parts are filled in from each message, or one that is the same for all.
 * Takes an endpoint without credentials. Gives, for a message's values, the origin to call and the path and
 * query as the template has them, byte by byte: nothing is normalised.
 * Promises: where the template names the host, no value can name another one; no value can add credentials.
 */
import { compileUriTemplate, type TemplateValue, type UriTemplate } from './uri-template.js'

/** Where a request goes. */
export interface Address {
  /** Scheme, host and port. */
  readonly origin: string
  /** Path and query. */
  readonly path: string
}

export interface EndpointTemplate {
  /** As it was given. */
  readonly text: string
  readonly variables: readonly string[]
  /** The origin that no message changes, or null where one may. */
  readonly origin: string | null
  /** The address for these values; null where they make none. */
  fill(values: ReadonlyMap<string, TemplateValue>): Address | null
}

const scheme = /^https?:\/\//i
/** Expressions of these operators end the authority, as the letters do. */
const authorityEnd = /[/?#]|\{[/?#]/
const noValues: ReadonlyMap<string, TemplateValue> = new Map()

/** Compiles an endpoint of http or https, or says why it is none. */
export function compileEndpoint(text: string): EndpointTemplate | { readonly problem: string } {
  const schemeLength = scheme.exec(text)?.[0].length
  if (schemeLength === undefined) return { problem: `${text} is no address of http or https` }
  const template = compileUriTemplate(text)
  if ('problem' in template) return template
  const end = text.slice(schemeLength).search(authorityEnd)
  const authority = end < 0 ? text : text.slice(0, schemeLength + end)
  if (authority.includes('{')) {
    return {
      text,
      variables: template.variables,
      origin: null,
      fill: values => addressOf(expand(template, values)),
    }
  }
  const origin = URL.canParse(authority) ? new URL(authority).origin : null
  const rest = compileUriTemplate(text.slice(authority.length))
  if (origin === null || 'problem' in rest) return { problem: `${text} is no address of http or https` }
  const fill = (values: ReadonlyMap<string, TemplateValue>): Address | null => {
    const filled = expand(rest, values)
    return filled === null ? null : { origin, path: pathOf(filled) }
  }
  if (template.variables.length > 0) return { text, variables: template.variables, origin, fill }
  const fixed = fill(noValues)
  return { text, variables: [], origin, fill: () => fixed }
}

function expand(template: UriTemplate, values: ReadonlyMap<string, TemplateValue>): string | null {
  return template.expand(name => values.get(name))
}

function addressOf(filled: string | null): Address | null {
  if (filled === null) return null
  const start = filled.indexOf('//') + 2
  const end = filled.slice(start).search(/[/?#]/)
  const authority = end < 0 ? filled : filled.slice(0, start + end)
  // Credentials belong to the writer of the template, not to a value.
  if (authority.includes('@') || !URL.canParse(authority)) return null
  return { origin: new URL(authority).origin, path: pathOf(filled.slice(authority.length)) }
}

/** Path and query of what follows the authority. */
function pathOf(rest: string): string {
  const sent = rest.split('#', 1)[0] ?? ''
  return sent.startsWith('/') ? sent : `/${sent}`
}
