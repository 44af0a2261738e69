/**
 * All topics with what moves: narrowed and sorted in the browser, also where there are ten thousand.
 */
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import type { paths } from '../../api/openapi.js'
import { Answer } from '../../ui/answer.js'
import { Go } from '../../ui/go.js'
import { NoneYet } from '../../ui/none-yet.js'
import { Page as Frame } from '../../ui/page.js'
import { Table, type Column } from '../../ui/table.js'
import { countOf, rateOf } from '../../ui/words.js'

type Row = paths['/listing/topics']['get']['responses'][200]['content']['application/json'][number]

const periodMs = 5000

const columns: readonly Column<Row>[] = [
  {
    title: 'Topic',
    by: ({ name }) => name,
    cell: ({ name }) => <Go to={pathOf('topics', name)}>{name}</Go>,
  },
  { title: 'Owner', by: ({ owner }) => owner, cell: ({ owner }) => owner },
  { title: 'Content', by: ({ contentType }) => contentType, cell: ({ contentType }) => contentType },
  {
    title: 'Subscriptions',
    by: ({ subscriptions }) => subscriptions,
    cell: ({ subscriptions }) => countOf(subscriptions),
    isNumeric: true,
  },
  {
    title: 'Published',
    by: ({ publishRate }) => publishRate,
    cell: ({ publishRate }) => rateOf(publishRate),
    isNumeric: true,
  },
  {
    title: 'Delivered',
    by: ({ deliveryRate }) => deliveryRate,
    cell: ({ deliveryRate }) => rateOf(deliveryRate),
    isNumeric: true,
  },
]

/** The page. */
export function Page(): ReactNode {
  const topics = api.useQuery('get', '/listing/topics', {}, { refetchInterval: periodMs })
  return (
    <Frame
      title="Topics"
      actions={
        <Button component={Link} href="/new-topic" leftSection={<IconPlus size={16} />}>
          New topic
        </Button>
      }
    >
      <Answer of={topics}>
        {rows => (
          <Table
            label="Topics"
            columns={columns}
            rows={rows}
            keyOf={({ name }) => name}
            textOf={({ name, owner }) => `${name} ${owner}`}
            whenEmpty={
              <NoneYet>There is no topic yet. Make one: publishers send their messages to it.</NoneYet>
            }
            firstOrder={{ column: 0, isDown: false }}
          />
        )}
      </Answer>
    </Frame>
  )
}
