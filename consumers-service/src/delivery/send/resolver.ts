/**
 * Where an attempt goes, message by message.
 * THE SEAM for resolvers of one's own, such as one that asks a service registry: an object with these members
 * takes the place of the built-in one in `targeted-sender.ts`. What Hermes' interface hands over is at hand:
 * the address and the metadata when it is made for a plan, the message with each call.
 */
import type { Address } from '@iris/common/domain/endpoint-template'
import type { Targets } from '@iris/common/domain/targets'
import { templateValues } from '@iris/common/domain/template-values'

/** What a resolver may look at. */
export interface ResolvableMessage {
  readonly messageId: string
  readonly body: Buffer
}

/** Why there is no address now. The attempt fails without a request and is tried again like any other. */
export interface ResolutionFailure {
  readonly problem: string
  /** True where it says nothing about the subscriber: it is no attempt, and slows nothing down. */
  readonly isOurFault: boolean
}

export type Resolution = readonly Address[] | ResolutionFailure

export interface AddressResolver {
  /** The one address for an attempt, in `done`: called once, at once or later. */
  resolve(message: ResolvableMessage, done: (resolution: Resolution) => void): void
  /** Every address that is to get the message. */
  resolveAll(message: ResolvableMessage, done: (resolution: Resolution) => void): void
  stop(): void
}

/** The built-in resolver of a plan. */
export function createResolver(
  targets: Exclude<Targets, { kind: 'fixed' }>,
  endpoint: string,
): AddressResolver {
  const { templates } = targets
  const variables = [...new Set(templates.flatMap(each => each.variables))]
  const failure = unresolved(endpoint)
  const addressesFor = ({ body }: ResolvableMessage): Resolution => {
    const values = templateValues(variables.length === 0 ? '{}' : body.toString('utf8'), variables)
    if (values === null) return failure
    const addresses = templates.map(each => each.fill(values))
    return addresses.every(address => address !== null) ? addresses : failure
  }
  return {
    resolve: (message, done) => done(addressesFor(message)),
    resolveAll: (message, done) => done(addressesFor(message)),
    stop: () => undefined,
  }
}

/** In Hermes' words. */
export function unresolved(endpoint: string): ResolutionFailure {
  return { problem: `Failed to resolve EndpointAddress{endpoint=${endpoint}}`, isOurFault: false }
}
