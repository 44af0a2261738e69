/**
 * What does not get on: the subscriptions that are stuck, those to whose endpoints only probes go among them.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { Go } from '../../ui/go.js'
import { Section } from '../../ui/section.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { Trouble } from '../../ui/trouble.js'
import { nextStepOf } from '../../ui/trouble-words.js'
import { countOf } from '../../ui/words.js'
import type { Overview } from './overview-shape.js'

interface Named {
  readonly topic: string
  readonly subscription: string
}

const named: Column<Named> = {
  title: 'Subscription',
  by: ({ topic, subscription }) => `${topic} ${subscription}`,
  cell: ({ topic, subscription }) => (
    <Go to={pathOf('topics', topic, 'subscriptions', subscription)}>
      {subscription} of {topic}
    </Go>
  ),
}

const circuitWords = { closed: 'closed', probing: 'half open', open: 'open' } as const

const stuckColumns: readonly Column<Overview['stuck'][number]>[] = [
  named,
  { title: 'Cause', by: ({ cause }) => cause, cell: ({ cause }) => <Trouble cause={cause} /> },
  { title: 'Circuit', by: ({ circuit }) => circuit, cell: ({ circuit }) => circuitWords[circuit] },
  { title: 'What is wrong', cell: ({ text }) => text },
  { title: 'What to do', cell: ({ cause }) => nextStepOf(cause) },
  figureColumn('Waiting', ({ lag }) => lag, countOf),
]

/** The subscriptions that are stuck. */
export function Stuck({ overview }: { readonly overview: Overview }): ReactNode {
  const { stuck, stuckCount } = overview
  return (
    <Section title={stuckCount === 0 ? 'Nothing is stuck' : `${countOf(stuckCount)} stuck`}>
      {stuckCount > stuck.length && (
        <Text size="sm">Those farthest behind; the list of subscriptions has all.</Text>
      )}
      {stuckCount === 0 ? (
        <Text c="dimmed">Wherever messages wait, some get through.</Text>
      ) : (
        <Table
          label="Stuck subscriptions"
          name="stuck"
          columns={stuckColumns}
          rows={stuck}
          keyOf={idOf}
          textOf={({ topic, subscription, text }) => `${topic} ${subscription} ${text}`}
          whenEmpty=""
          firstOrder={{ column: 5, isDown: true }}
        />
      )}
    </Section>
  )
}

function idOf({ topic, subscription }: Named): string {
  return `${topic} ${subscription}`
}
