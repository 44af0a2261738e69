// pure
/**
 * Where the messages of a subscription go: one fixed endpoint, or more than that.
 * Takes the endpoint without credentials. Gives templates that each message fills in.
 */
import { compileEndpoint, type EndpointTemplate } from './endpoint-template.js'

export type Targets =
  /** The endpoint, the same for every message. */
  | { readonly kind: 'fixed' }
  /** One or more addresses. */
  | { readonly kind: 'list'; readonly templates: readonly EndpointTemplate[] }

/** The targets of an endpoint of http or https, or why there are none. */
export function compileTargets(endpoint: string): Targets | { readonly problem: string } {
  const template = compileEndpoint(endpoint)
  if ('problem' in template) return template
  return template.variables.length === 0 ? { kind: 'fixed' } : { kind: 'list', templates: [template] }
}
