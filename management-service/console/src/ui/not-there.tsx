/**
 * What stands in place of a group, topic or subscription that does not exist: that it does not, names that
 * were perhaps meant, and the way back.
 */
import { List, Stack, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useParams, useSearchParams } from 'wouter'
import { pathOf } from '../api/call.js'
import { api } from '../api/client.js'
import { Go } from './go.js'
import { nearestTo } from './nearest.js'

const shownMax = 5

/** What the address names and management does not know: by the code of its refusal. */
export function NamedNotThere({ code }: { readonly code: string }): ReactNode {
  const { topic: below, subscription = '' } = useParams<{ topic?: string; subscription?: string }>()
  const [query] = useSearchParams()
  const topic = below ?? query.get('topic') ?? ''
  if (code === 'SUBSCRIPTION_NOT_EXISTS') return <NoSubscription topic={topic} subscription={subscription} />
  return <NoTopic topic={topic} />
}

/** There is no such group. */
export function NoGroup({ group }: { readonly group: string }): ReactNode {
  const names = api.useQuery('get', '/groups')
  return (
    <NotThere
      {...{ what: 'group', name: group, names }}
      addressOf={name => pathOf('groups', name)}
      back={<Go to="/groups">All groups</Go>}
    />
  )
}

function NoTopic({ topic }: { readonly topic: string }): ReactNode {
  const names = api.useQuery('get', '/topics')
  return (
    <NotThere
      {...{ what: 'topic', name: topic, names }}
      addressOf={name => pathOf('topics', name)}
      back={<Go to="/topics">All topics</Go>}
    />
  )
}

interface NoSubscriptionProps {
  readonly topic: string
  readonly subscription: string
}

function NoSubscription({ topic, subscription }: NoSubscriptionProps): ReactNode {
  const names = api.useQuery('get', '/topics/{topic}/subscriptions', { params: { path: { topic } } })
  return (
    <NotThere
      {...{ what: `subscription of ${topic}`, name: subscription, names }}
      addressOf={name => pathOf('topics', topic, 'subscriptions', name)}
      back={
        <>
          <Go to={pathOf('topics', topic)}>The topic</Go> · <Go to="/subscriptions">All subscriptions</Go>
        </>
      }
    />
  )
}

interface NotThereProps {
  /** What was looked for, such as `topic`. */
  readonly what: string
  readonly name: string
  /** Those that there are. */
  readonly names: Pick<UseQueryResult<readonly string[], unknown>, 'data'>
  readonly addressOf: (name: string) => string
  readonly back: ReactNode
}

function NotThere({ what, name, names, addressOf, back }: NotThereProps): ReactNode {
  const near = nearestTo(name, names.data ?? [], shownMax)
  return (
    <Stack gap="sm" role="status">
      <Text>
        There is no {what} called <b>{name}</b>. It was removed, has another name, or is none that you may
        read.
      </Text>
      {near.length > 0 && (
        <div>
          <Text>Names like it:</Text>
          <List>
            {near.map(each => (
              <List.Item key={each}>
                <Go to={addressOf(each)}>{each}</Go>
              </List.Item>
            ))}
          </List>
        </div>
      )}
      <Text>{back}</Text>
    </Stack>
  )
}
