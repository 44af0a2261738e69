/**
 * The columns of lists of subscriptions: each list takes those that it needs, in its order.
 */
import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { Bounded } from '../../ui/bounded.js'
import { Go } from '../../ui/go.js'
import { figureColumn } from '../../ui/figure-column.js'
import type { Column } from '../../ui/table.js'
import { Trouble } from '../../ui/trouble.js'
import { countOf, rateOf } from '../../ui/words.js'
import { topicIn } from './endpoint-name.js'
import { pathTo } from './names.js'
import { StateBadge } from './state-badge.js'
import { troubleOf, type ListedSubscription } from './states.js'

/** The columns by what they tell. */
export const columnOf = {
  subscription: {
    title: 'Subscription',
    by: ({ name }) => name,
    cell: ({ topicName, name }) => (
      <Bounded>
        <Go to={pathTo({ topic: topicName, subscription: name })}>{name}</Go>
      </Bounded>
    ),
  },
  topic: {
    title: 'Topic',
    by: ({ topicName }) => topicName,
    cell: ({ topicName }) => (
      <Bounded>
        <Go to={pathOf('topics', topicName)}>{topicName}</Go>
      </Bounded>
    ),
  },
  state: { title: 'State', by: row => troubleOf(row) ?? row.state, cell: row => <State row={row} /> },
  waiting: figureColumn('Waiting', ({ lag }) => lag, countOf),
  delivered: figureColumn('Delivered', ({ deliveryRate }) => deliveryRate, rateOf),
  failed: figureColumn('Failed', ({ failureRate }) => failureRate, rateOf),
  owner: {
    title: 'Owner',
    by: ({ owner }) => owner,
    cell: ({ owner }) => <Bounded>{owner}</Bounded>,
  },
  endpoint: {
    title: 'Endpoint',
    by: ({ endpoint }) => endpoint,
    cell: ({ endpoint }) => <Endpoint endpoint={endpoint} />,
  },
} as const satisfies Readonly<Record<string, Column<ListedSubscription>>>

function State({ row }: { readonly row: ListedSubscription }): ReactNode {
  const trouble = troubleOf(row)
  return (
    <Group gap={6}>
      <StateBadge state={row.state} />
      {trouble !== null && <Trouble cause={trouble} />}
    </Group>
  )
}

function Endpoint({ endpoint }: { readonly endpoint: string }): ReactNode {
  const topic = topicIn(endpoint)
  if (topic !== null) return <Go to={pathOf('topics', topic)}>topic {topic}</Go>
  return (
    <Text size="sm" lineClamp={2} miw={96} maw={240} title={endpoint} style={{ overflowWrap: 'anywhere' }}>
      {endpoint}
    </Text>
  )
}
