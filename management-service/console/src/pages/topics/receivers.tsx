/**
 * Who receives the messages of a topic, and which topics forward to it.
 */
import { Badge, Button, List } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import type { paths } from '../../api/openapi.js'
import { Answer } from '../../ui/answer.js'
import { Go } from '../../ui/go.js'
import { Section } from '../../ui/section.js'
import { Table, type Column } from '../../ui/table.js'
import { Trouble } from '../../ui/trouble.js'
import { countOf, rateOf } from '../../ui/words.js'

type Listing = paths['/listing/subscriptions']['get']['responses'][200]['content']['application/json']
type Row = Listing[number]

const periodMs = 5000
const forwarding = 'topic:'

const columns: readonly Column<Row>[] = [
  {
    title: 'Subscription',
    by: ({ name }) => name,
    cell: ({ topicName, name }) => <Go to={pathOf('topics', topicName, 'subscriptions', name)}>{name}</Go>,
  },
  {
    title: 'State',
    by: ({ trouble, state }) => trouble ?? state,
    cell: ({ trouble, state }) =>
      trouble === null ? (
        <Badge variant="light" tt="none" miw="max-content">
          {state.toLowerCase()}
        </Badge>
      ) : (
        <Trouble cause={trouble} />
      ),
  },
  {
    title: 'Endpoint',
    by: ({ endpoint }) => endpoint,
    cell: ({ endpoint }) => <Target endpoint={endpoint} />,
  },
  { title: 'Owner', by: ({ owner }) => owner, cell: ({ owner }) => owner },
  { title: 'Waiting', by: ({ lag }) => lag, cell: ({ lag }) => countOf(lag), isNumeric: true },
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
    body: { query: { endpoint: `${forwarding}${topic}` } },
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

function Target({ endpoint }: { readonly endpoint: string }): ReactNode {
  if (!endpoint.startsWith(forwarding)) return endpoint
  const target = endpoint.slice(forwarding.length)
  return <Go to={pathOf('topics', target)}>topic {target}</Go>
}
