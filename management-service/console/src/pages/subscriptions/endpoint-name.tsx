/**
 * The endpoint of a subscription in words: its address, or the topic of Iris that it forwards to, as a link.
 */
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { Go } from '../../ui/go.js'

const forwarding = 'topic:'

/** The topic that an endpoint is; null where it is an address. */
export function topicIn(endpoint: string): string | null {
  return endpoint.startsWith(forwarding) ? endpoint.slice(forwarding.length) : null
}

/** The words. */
export function EndpointName({ endpoint }: { readonly endpoint: string }): ReactNode {
  const topic = topicIn(endpoint)
  if (topic === null) return <b>{endpoint}</b>
  return (
    <Go isInText to={pathOf('topics', topic)}>
      topic {topic}
    </Go>
  )
}
