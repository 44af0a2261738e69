/**
 * All subscriptions: what each delivers, how far it is behind, and which are stuck.
 * Takes `?state=` of the address. Sorted and narrowed in the browser, from one compact list.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { NoneYet } from '../../ui/none-yet.js'
import { Page as Frame } from '../../ui/page.js'
import { PageLinks } from '../../ui/page-links.js'
import { Table, type Column } from '../../ui/table.js'
import { countOf } from '../../ui/words.js'
import { columnOf } from './columns.js'
import { addressOf, narrowed, narrowingCounts, narrowingOf, type ListedSubscription } from './states.js'

const refetchInterval = 10_000

const columns: readonly Column<ListedSubscription>[] = [
  columnOf.subscription,
  columnOf.topic,
  columnOf.state,
  columnOf.waiting,
  columnOf.delivered,
  columnOf.failed,
  columnOf.owner,
  columnOf.endpoint,
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
                address: addressOf(query, name),
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
