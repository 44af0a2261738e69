// pure
/**
 * Where the messages of a subscription go: one fixed endpoint, a list of instances, or what a name in DNS
 * means at the time.
 * Takes the endpoint without credentials and `endpointAddressResolverMetadata`: `{"instances": […],
 * "strategy": "ROUND_ROBIN"}` or `{"dns": "…"}`; other members belong to resolvers of one's own.
 * Gives templates that each message fills in. Refuses, with a sentence, what cannot be called.
 */
import { endpointProblem, parseEndpoint } from './endpoint.js'
import { compileEndpoint, type EndpointTemplate } from './endpoint-template.js'
import type { JsonObject } from './json-shapes.js'

export type Targets =
  /** The endpoint, the same for every message. */
  | { readonly kind: 'fixed' }
  /** Each of these addresses. */
  | { readonly kind: 'list'; readonly templates: readonly EndpointTemplate[] }
  /** Every host that a name means: by SRV where it begins with `_`, by its addresses otherwise. */
  | { readonly kind: 'dns'; readonly name: string; readonly template: EndpointTemplate }

/** What the metadata says, as it was written. */
export type TargetForm =
  | { readonly kind: 'endpoint' }
  | { readonly kind: 'instances'; readonly addresses: readonly string[] }
  | { readonly kind: 'dns'; readonly name: string }

/** How many targets a subscription may have; of a name in DNS the first so many count. */
export const targetsMax = 100

const schemes = ['http', 'https']
const dnsName = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63})*\.?$/

type Problem = { readonly problem: string }

/** Reads the metadata; names the member that is wrong. */
export function readTargetForm(metadata: JsonObject): TargetForm | Problem {
  const { instances, strategy, dns } = metadata
  if (isGiven(instances) && isGiven(dns))
    return { problem: 'instances and dns exclude each other: give one of them' }
  if (isGiven(dns)) {
    const isName = typeof dns === 'string' && dnsName.test(dns)
    return isName
      ? { kind: 'dns', name: dns }
      : { problem: 'dns must be a name such as _webhook._tcp.example.com' }
  }
  if (!isGiven(instances)) return { kind: 'endpoint' }
  if (isGiven(strategy) && strategy !== 'ROUND_ROBIN') return { problem: 'strategy must be ROUND_ROBIN' }
  if (!Array.isArray(instances)) return { problem: 'instances must be a list of addresses' }
  if (instances.length > targetsMax) return { problem: `instances may have at most ${targetsMax} addresses` }
  for (const [index, address] of instances.entries()) {
    const problem = typeof address === 'string' ? instanceProblem(address) : 'must be an address'
    if (problem !== null) return { problem: `instances[${index}] ${problem}` }
    if (instances.indexOf(address) < index) return { problem: `instances[${index}] was there before` }
  }
  return { kind: 'instances', addresses: instances as string[] }
}

/** The targets of an endpoint of http or https, or why there are none. */
export function compileTargets(endpoint: string, metadata: JsonObject): Targets | Problem {
  const form = readTargetForm(metadata)
  if ('problem' in form) return { problem: `endpointAddressResolverMetadata: ${form.problem}` }
  if (form.kind === 'instances') return compileList(form.addresses)
  const template = compileEndpoint(endpoint)
  if ('problem' in template) return template
  if (form.kind === 'dns') {
    if (template.origin === null)
      return { problem: 'endpointAddressResolverMetadata: with dns the endpoint must name its host itself' }
    return { kind: 'dns', name: form.name, template }
  }
  return template.variables.length === 0 ? { kind: 'fixed' } : { kind: 'list', templates: [template] }
}

function compileList(addresses: readonly string[]): Targets | Problem {
  const templates: EndpointTemplate[] = []
  for (const address of addresses) {
    const template = compileEndpoint(address)
    if ('problem' in template) return template
    templates.push(template)
  }
  return { kind: 'list', templates }
}

function instanceProblem(address: string): string | null {
  const broken = endpointProblem(address, schemes)
  if (broken !== null) return `must be an address of http or https: ${broken.problem}`
  if (parseEndpoint(address)?.credentials !== null)
    return 'must have no credentials: those of the endpoint are sent to every instance'
  const template = compileEndpoint(address)
  return 'problem' in template ? `must be a template: ${template.problem}` : null
}

/** An empty text takes a member back: a PUT merges, and as in Hermes it cannot remove one. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

/** Whether two plans of a subscription go to the same places. */
export function sameTargets(one: Targets, other: Targets): boolean {
  return textOf(one) === textOf(other)
}

function textOf(targets: Targets): string {
  if (targets.kind === 'fixed') return targets.kind
  const templates = targets.kind === 'list' ? targets.templates : [targets.template]
  return [targets.kind === 'dns' ? targets.name : '', ...templates.map(each => each.text)].join(' ')
}
