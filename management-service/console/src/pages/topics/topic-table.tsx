/**
 * Topics with what moves, as one table for all of them and for those of a group.
 */
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import type { ReadOf } from '../../api/client.js'
import { Go } from '../../ui/go.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { countOf, rateOf } from '../../ui/words.js'

/** Topics in short. */
export type ListedTopics = ReadOf<'/listing/topics'>

/** How often they are looked at again. */
export const topicsPeriodMs = 5000

interface TopicTableProps {
  readonly label: string
  readonly topics: ListedTopics
  readonly whenEmpty: ReactNode
}

/** The table. */
export function TopicTable({ label, topics, whenEmpty }: TopicTableProps): ReactNode {
  return (
    <Table
      label={label}
      columns={columns}
      rows={topics}
      keyOf={({ name }) => name}
      textOf={({ name, owner }) => `${name} ${owner}`}
      whenEmpty={whenEmpty}
      firstOrder={{ column: 0, isDown: false }}
    />
  )
}

const columns: readonly Column<ListedTopics[number]>[] = [
  {
    title: 'Topic',
    by: ({ name }) => name,
    cell: ({ name }) => <Go to={pathOf('topics', name)}>{name}</Go>,
  },
  { title: 'Owner', by: ({ owner }) => owner, cell: ({ owner }) => owner },
  { title: 'Content', by: ({ contentType }) => contentType, cell: ({ contentType }) => contentType },
  figureColumn('Subscriptions', ({ subscriptions }) => subscriptions, countOf),
  figureColumn('Published', ({ publishRate }) => publishRate, rateOf),
  figureColumn('Delivered', ({ deliveryRate }) => deliveryRate, rateOf),
]
