/**
 * Where an attempt goes, message by message.
 * THE SEAM for resolvers of one's own, such as one that asks a service registry: an object with these members
 * takes the place of the built-in one in `targeted-sender.ts`. What Hermes' interface hands over is at hand:
 * endpoint and metadata when it is made for a plan, the message with each call.
 */
import type { Address, EndpointTemplate } from '@iris/common/domain/endpoint-template'
import { targetsMax, type Targets } from '@iris/common/domain/targets'
import { templateValues } from '@iris/common/domain/template-values'
import type { Place } from '@iris/common/http/client'
import { createHosts, type Hosts, type Names } from './hosts.js'
import { createRotation, type Candidate } from './rotation.js'

/** What a resolver may look at. */
export interface ResolvableMessage {
  readonly messageId: string
  readonly body: Buffer
}

/** One target for one message. */
export interface ResolvedTarget extends Address, Candidate {
  /** The same for every message, so that it can be told which target has had a message or has failed. */
  readonly id: string
  /** What is dialled in place of the origin's own host; it is still addressed as the origin. */
  readonly place: Place | null
}

/** Why there is no target now. The attempt fails without a request and is tried again like any other. */
export interface ResolutionFailure {
  readonly problem: string
  /** True where it says nothing about the subscriber: it is no attempt, and slows nothing down. */
  readonly isOurFault: boolean
}

/** Called once, at once or later. */
export type Resolved<T> = (resolution: T | ResolutionFailure) => void

export interface AddressResolver {
  /** The one target for an attempt. */
  resolve(message: ResolvableMessage, nowMs: number, done: Resolved<ResolvedTarget>): void
  /** Every target that is to have the message. */
  resolveAll(message: ResolvableMessage, done: Resolved<readonly ResolvedTarget[]>): void
  /** How an attempt at a target ended, so that `resolve` may pass over one that has just failed. */
  ended(target: ResolvedTarget, isGood: boolean, nowMs: number): void
}

type Several = Exclude<Targets, { readonly kind: 'fixed' }>

/** The built-in resolver of a plan; `endpoint` is for texts. */
export function createResolver(names: Names, targets: Several, endpoint: string): AddressResolver {
  const fill = filler(targets.kind === 'list' ? targets.templates : [targets.template])
  const hosts = targets.kind === 'dns' ? createHosts(names, targets.name, portOf(targets.template)) : null
  const rotation = createRotation()
  const unresolved = { problem: `Failed to resolve EndpointAddress{endpoint=${endpoint}}`, isOurFault: false }

  const resolveAll: AddressResolver['resolveAll'] = ({ body }, done) => {
    const filled = fill(body)
    if (filled === null) return done(unresolved)
    if (hosts === null) return done(filled)
    withHosts(hosts, filled, unresolved.problem, done)
  }
  return {
    resolveAll,
    resolve(message, nowMs, done) {
      resolveAll(message, resolution => {
        if ('problem' in resolution) return done(resolution)
        const only = resolution.length === 1 ? resolution[0] : resolution[rotation.next(resolution, nowMs)]
        done(only ?? { problem: 'There is no target', isOurFault: false })
      })
    },
    ended(target, isGood, nowMs) {
      rotation.ended(target.id, isGood, nowMs)
    },
  }
}

/** What makes the targets of a message from templates; null where it does not fill one of them. */
function filler(templates: readonly EndpointTemplate[]): (body: Buffer) => readonly ResolvedTarget[] | null {
  const variables = [...new Set(templates.flatMap(each => each.variables))]
  const targetsFor = (text: string): readonly ResolvedTarget[] | null => {
    const values = templateValues(text, variables)
    if (values === null) return null
    const targets: ResolvedTarget[] = []
    for (const template of templates) {
      const address = template.fill(values)
      if (address === null) return null
      targets.push({ ...address, id: template.text, place: null, priority: 0 })
    }
    return targets
  }
  if (variables.length > 0) return body => targetsFor(body.toString('utf8'))
  const same = targetsFor('{}')
  return () => same
}

function withHosts(
  hosts: Hosts,
  filled: readonly ResolvedTarget[],
  problem: string,
  done: Resolved<readonly ResolvedTarget[]>,
): void {
  hosts.find((error, found) => {
    if (found === null) {
      const isOurFault = error !== null && 'code' in error && error.code === 'RESOLVER_DOWN'
      return done({ problem: `${problem}: ${error?.message ?? 'nothing was found'}`, isOurFault })
    }
    const all = filled.flatMap(target =>
      found.map(({ host, port, priority }) => ({
        ...target,
        id: `${host}:${port}`,
        place: { host, port },
        priority,
      })),
    )
    done(all.slice(0, targetsMax))
  })
}

function portOf({ origin }: EndpointTemplate): number {
  const { port, protocol } = new URL(origin ?? 'http://unknown')
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}
