/**
 * The topics to which most is published now.
 */
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { Go } from '../../ui/go.js'
import { Section } from '../../ui/section.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { bytesOf, rateOf } from '../../ui/words.js'
import type { Overview } from './overview-shape.js'

const columns: readonly Column<Overview['busiest'][number]>[] = [
  {
    title: 'Topic',
    by: ({ topic }) => topic,
    cell: ({ topic }) => <Go to={pathOf('topics', topic)}>{topic}</Go>,
  },
  figureColumn('Published', ({ publishedPerS }) => publishedPerS, rateOf),
  figureColumn('Delivered', ({ deliveredPerS }) => deliveredPerS, rateOf),
  figureColumn(
    'Bytes',
    ({ bytesPerS }) => bytesPerS,
    bytes => `${bytesOf(bytes)}/s`,
  ),
]

/** The table. */
export function Busiest({ busiest }: Pick<Overview, 'busiest'>): ReactNode {
  return (
    <Section title="Busiest topics">
      <Table
        label="Busiest topics"
        name="busiest"
        columns={columns}
        rows={busiest}
        keyOf={({ topic }) => topic}
        whenEmpty="Nothing is published now."
        firstOrder={{ column: 1, isDown: true }}
      />
    </Section>
  )
}
