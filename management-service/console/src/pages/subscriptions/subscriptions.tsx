/**
 * All subscriptions: what each delivers, how far it is behind, and which are stuck.
 * Takes `?state=` of the address. Sorted and narrowed in the browser, from one compact list.
 */
import { Anchor, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'wouter'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { NoneYet } from '../../ui/none-yet.js'
import { Page as Frame } from '../../ui/page.js'
import { PageLinks } from '../../ui/page-links.js'
import { Table, type Column } from '../../ui/table.js'
import { Trouble } from '../../ui/trouble.js'
import { countOf, rateOf } from '../../ui/words.js'
import { pathTo } from './names.js'
import { StateBadge } from './state-badge.js'
import { narrowed, narrowingCounts, narrowingOf, troubleOf, type ListedSubscription } from './states.js'

const refetchInterval = 10_000

const columns: readonly Column<ListedSubscription>[] = [
  {
    title: 'Subscription',
    by: ({ name }) => name,
    cell: ({ topicName, name }) => (
      <Anchor
        size="sm"
        component={Link}
        href={pathTo({ topic: topicName, subscription: name })}
        style={oneLine}
      >
        {name}
      </Anchor>
    ),
  },
  {
    title: 'Topic',
    by: ({ topicName }) => topicName,
    cell: ({ topicName }) => (
      <Anchor size="sm" component={Link} href={pathOf('topics', topicName)} style={oneLine}>
        {topicName}
      </Anchor>
    ),
  },
  {
    title: 'State',
    by: row => troubleOf(row) ?? row.state,
    cell: row => <State row={row} />,
  },
  {
    title: 'Waiting',
    by: ({ lag }) => lag,
    cell: ({ lag }) => countOf(lag),
    isNumeric: true,
  },
  {
    title: 'Delivered',
    by: ({ deliveryRate }) => deliveryRate,
    cell: ({ deliveryRate }) => rateOf(deliveryRate),
    isNumeric: true,
  },
  {
    title: 'Failed',
    by: ({ failureRate }) => failureRate,
    cell: ({ failureRate }) => rateOf(failureRate),
    isNumeric: true,
  },
  { title: 'Owner', by: ({ owner }) => owner, cell: ({ owner }) => <span style={oneLine}>{owner}</span> },
  {
    title: 'Endpoint',
    by: ({ endpoint }) => endpoint,
    cell: ({ endpoint }) => (
      <Text size="sm" truncate maw={280} title={endpoint}>
        {endpoint}
      </Text>
    ),
  },
]

/** The page. */
export function Page(): ReactNode {
  const [query] = useSearchParams()
  const narrowing = narrowingOf(query.get('state'))
  const list = api.useQuery('get', '/listing/subscriptions', {}, { refetchInterval })
  return (
    <Frame title="Subscriptions">
      <Text c="dimmed">
        A subscription brings each message of its topic to an endpoint. A new one is made on the page of its
        topic.
      </Text>
      <Answer of={list}>
        {rows => (
          <>
            <PageLinks
              label="Narrow down by state"
              links={narrowingCounts(rows).map(({ name, label, count }) => ({
                label: `${label} ${countOf(count)}`,
                address: name === 'all' ? '/subscriptions' : `/subscriptions?state=${name}`,
                isHere: name === narrowing,
              }))}
            />
            <Table
              label="Subscriptions"
              columns={columns}
              rows={narrowed(rows, narrowing)}
              keyOf={({ topicName, name }) => `${topicName}$${name}`}
              textOf={({ topicName, name, owner, endpoint }) => `${topicName} ${name} ${owner} ${endpoint}`}
              whenEmpty={
                rows.length === 0 ? (
                  <NoneYet>
                    There is no subscription yet. Open a topic and subscribe an endpoint to it.
                  </NoneYet>
                ) : (
                  'No subscription is in this state.'
                )
              }
              firstOrder={{ column: 0, isDown: false }}
            />
          </>
        )}
      </Answer>
    </Frame>
  )
}

const oneLine = { whiteSpace: 'nowrap' } as const

function State({ row }: { readonly row: ListedSubscription }): ReactNode {
  const trouble = troubleOf(row)
  return (
    <Group gap={6} wrap="nowrap">
      <StateBadge state={row.state} />
      {trouble !== null && <Trouble cause={trouble} />}
    </Group>
  )
}
