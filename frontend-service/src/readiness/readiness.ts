/**
 * What this process says of itself to load balancers and operators.
 * Takes the steps of its life and its checks. Gives health (shall I be kept alive and called?) and readiness
 * (can I take messages?). Promises: ready only once the topics are loaded, Kafka was seen and every check
 * says yes; both say no from the first moment of a stop.
 */
import type { StatusAnswer, StatusPage } from '@iris/common/http/status-routes'

export interface Readiness {
  readonly started: () => void
  readonly stopping: () => void
  readonly kafkaSeen: () => void
  readonly isReady: () => boolean
  readonly health: () => StatusAnswer
  readonly readiness: () => StatusAnswer
}

/** Something that must hold, asked without waiting. */
export type ReadinessCheck = () => boolean

/** Makes the readiness of a process that is starting. */
export function createReadiness(checks: readonly ReadinessCheck[]): Readiness {
  let life: 'starting' | 'running' | 'stopping' = 'starting'
  let isKafkaSeen = false
  const isReady = (): boolean => life === 'running' && isKafkaSeen && checks.every(check => check())
  return {
    started: () => void (life = 'running'),
    stopping: () => void (life = 'stopping'),
    kafkaSeen: () => void (isKafkaSeen = true),
    isReady,
    health: () => (life === 'running' ? { status: 200, body: 'UP' } : { status: 503, body: 'SHUTDOWN' }),
    readiness: () => (isReady() ? { status: 200, body: 'READY' } : { status: 503, body: 'NOT_READY' }),
  }
}

/** The pages that tell it, at Hermes' paths. */
export function readinessPages(readiness: Readiness): StatusPage[] {
  return [
    { path: '/status/ping', read: readiness.health },
    { path: '/status/health', read: readiness.health },
    { path: '/', read: readiness.health },
    { path: '/status/ready', read: readiness.readiness },
  ]
}
