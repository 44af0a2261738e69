/**
 * The check of the hosts that are called when a subscription is made or moved.
 * Takes its endpoint and its other targets. Refuses a host that is, or has among its addresses, a private or
 * loopback address that the operator did not allow. A name that does not resolve now is accepted, as in
 * Hermes: every dial checks again.
 */
import { parseEndpoint } from '@iris/common/domain/endpoint'
import { compileEndpoint } from '@iris/common/domain/endpoint-template'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { readTargetForm } from '@iris/common/domain/targets'
import { refusal } from '@iris/common/errors/hermes-error'
import { addressProblem, checkEndpointHost, type AllowedNetworks } from '@iris/common/http/address-guard'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'

/** Resolves a name to all its addresses; rejects when it has none. */
export type ResolveHost = (name: string) => Promise<readonly string[]>

export interface EndpointGuardParts {
  readonly scheduler: Scheduler
  readonly resolve: ResolveHost
}

/** Refuses an endpoint that must not be called, or such a target beside it that the metadata names. */
export type EndpointGuard = (endpoint: string, metadata?: JsonObject) => Promise<void>

/** An answer to a person does not wait longer for a name server. */
const resolveMs = 2_000

/** Makes the guard. */
export function createEndpointGuard(parts: EndpointGuardParts, allowed: AllowedNetworks): EndpointGuard {
  const check = async (address: string): Promise<void> => {
    if (!/^https?:/.test(address)) return
    const template = compileEndpoint(address)
    // A host that each message fills in is checked when it is dialled.
    if ('problem' in template || template.origin === null) return
    const url = new URL(template.origin)
    const problem = checkEndpointHost(url, allowed) ?? (await resolvedProblem(parts, url.hostname, allowed))
    if (problem === null) return
    throw refusal('VALIDATION_ERROR', {
      problem: `Endpoint must not be called: ${problem} and not in delivery.allowedNetworks`,
    })
  }
  return async (endpoint, metadata = {}) => {
    const address = parseEndpoint(endpoint)?.address ?? endpoint
    await Promise.all([address, ...moreAddresses(metadata)].map(check))
  }
}

/** What is called beside the endpoint. The hosts of a service name are checked when they are dialled. */
function moreAddresses(metadata: JsonObject): readonly string[] {
  const form = readTargetForm(metadata)
  if ('problem' in form || form.kind === 'endpoint') return []
  if (form.kind === 'instances') return form.addresses
  return form.name.startsWith('_') ? [] : [`http://${form.name}/`]
}

async function resolvedProblem(
  { scheduler, resolve }: EndpointGuardParts,
  host: string,
  allowed: AllowedNetworks,
): Promise<string | null> {
  const addresses = await addressesOf(scheduler, resolve, host)
  for (const address of addresses) {
    const problem = addressProblem(address, allowed)
    if (problem !== null) return `${host} means ${address}, and ${problem}`
  }
  return null
}

/** None where the name does not resolve in time. */
async function addressesOf(
  scheduler: Scheduler,
  resolve: ResolveHost,
  host: string,
): Promise<readonly string[]> {
  if (/^[\d.]+$|^\[/.test(host)) return []
  try {
    return await withDeadline(scheduler, resolveMs, `resolving ${host}`, resolve(host))
  } catch {
    return []
  }
}
