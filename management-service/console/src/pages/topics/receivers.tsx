/**
 * Who receives the messages of a topic, and which topics forward to it.
 */
import { Button, List } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Go } from '../../ui/go.js'
import { Section } from '../../ui/section.js'
import { Table, type Column } from '../../ui/table.js'
import { columnOf } from '../subscriptions/columns.js'
import type { ListedSubscription } from '../subscriptions/states.js'

const periodMs = 5000

const columns: readonly Column<ListedSubscription>[] = [
  columnOf.subscription,
  columnOf.state,
  columnOf.endpoint,
  columnOf.owner,
  columnOf.waiting,
  columnOf.delivered,
  columnOf.failed,
]

/** The subscriptions of the topic. */
export function Receivers({ topic }: { readonly topic: string }): ReactNode {
  const listing = api.useQuery(
    'get',
    '/listing/subscriptions',
    { params: { query: { topicName: topic } } },
    { refetchInterval: periodMs },
  )
  const add = (
    <Button
      component={Link}
      href={pathOf('topics', topic, 'new-subscription')}
      variant="default"
      size="xs"
      leftSection={<IconPlus size={14} />}
    >
      New subscription
    </Button>
  )
  return (
    <Section title="Who receives" actions={add}>
      <Answer of={listing}>
        {rows => (
          <Table
            label={`Subscriptions of ${topic}`}
            columns={columns}
            rows={rows}
            keyOf={({ name }) => name}
            textOf={({ name, endpoint, owner }) => `${name} ${endpoint} ${owner}`}
            whenEmpty="Nobody yet. A subscription brings each message to an endpoint."
            firstOrder={{ column: 0, isDown: false }}
          />
        )}
      </Answer>
    </Section>
  )
}

/** The topics whose subscriptions bring their messages here; nothing where there is none. */
export function Forwards({ topic }: { readonly topic: string }): ReactNode {
  const { data = [] } = api.useQuery('post', '/query/subscriptions', {
    body: { query: { endpoint: `topic:${topic}` } },
  })
  if (data.length === 0) return null
  return (
    <Section title="Also comes from">
      <List>
        {data.map(({ topicName, name }) => (
          <List.Item key={`${topicName} ${name}`}>
            <Go isInText to={pathOf('topics', topicName ?? '')}>
              {topicName}
            </Go>
            , forwarded by{' '}
            <Go isInText to={pathOf('topics', topicName ?? '', 'subscriptions', name ?? '')}>
              {name}
            </Go>
          </List.Item>
        ))}
      </List>
    </Section>
  )
}
