/**
 * `/status`: what this process says of itself to load balancers and operators.
 * Health is about the process, readiness about ZooKeeper, without which nothing can be read or changed. What
 * Kafka cannot do is told by the calls that need it; nothing here asks anyone.
 */
import { reading, textAnswer, type ApiRoute } from '@iris/common/http/api'
import { selfPath } from '@iris/common/lifecycle/self-page'
import type { Metrics } from '@iris/common/metrics/registry'

export interface StatusParts {
  readonly metrics: Metrics
  /** Serving, and not on the way out. */
  readonly isUp: () => boolean
  /** Serving, and connected to ZooKeeper. */
  readonly isReady: () => boolean
  /** What it says of itself, as JSON. */
  readonly self: () => Promise<string>
}

const healthType = 'application/vnd.spring-boot.actuator.v3+json'
const textType = 'text/plain'

/** The routes of status pages. */
export function statusRoutes({ metrics, isUp, isReady, self }: StatusParts): readonly ApiRoute[] {
  const page = (path: string, read: () => { status: number; text: string }): ApiRoute => {
    const answer = (): ReturnType<ApiRoute['handle']> => {
      const { status, text } = read()
      return Promise.resolve(textAnswer(text, textType, status))
    }
    return reading('GET', path, answer, textType)
  }
  const health: ApiRoute['handle'] = () => {
    const status = isUp() ? 'UP' : 'OUT_OF_SERVICE'
    return Promise.resolve(textAnswer(JSON.stringify({ status }), healthType, isUp() ? 200 : 503))
  }
  const metricsPage: ApiRoute['handle'] = async () => textAnswer(await metrics.text(), metrics.contentType)
  return [
    reading('GET', '/status/health', health, null),
    page('/status/ping', () => (isUp() ? { status: 200, text: 'UP' } : { status: 503, text: 'SHUTDOWN' })),
    page('/status/ready', () =>
      isReady() ? { status: 200, text: 'READY' } : { status: 503, text: 'NOT_READY' },
    ),
    reading('GET', selfPath, async () => textAnswer(await self(), 'application/json'), null),
    reading('GET', '/status/prometheus', metricsPage, null),
  ]
}
