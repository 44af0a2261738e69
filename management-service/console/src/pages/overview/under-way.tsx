/**
 * What is under way and what flows most: tasks, topics, and how many processes live.
 */
import { Progress, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { Go } from '../../ui/go.js'
import { Moment } from '../../ui/moment.js'
import { Section } from '../../ui/section.js'
import { Table, type Column } from '../../ui/table.js'
import { bytesOf, countOf, rateOf } from '../../ui/words.js'
import type { Overview } from './overview-shape.js'

type Task = NonNullable<Overview['tasks']>[number]

const taskColumns: readonly Column<Task>[] = [
  {
    title: 'Task',
    by: ({ kind }) => kind,
    cell: ({ kind, topic, subscription }) => (
      <>
        {kind} of{' '}
        <Go isInText to={pathOf('topics', topic, 'subscriptions', subscription)}>
          {subscription} of {topic}
        </Go>
      </>
    ),
  },
  { title: 'State', by: ({ state }) => state, cell: ({ state, waitsFor }) => waitsFor ?? state },
  { title: 'Progress', cell: task => <Done task={task} />, width: 180 },
  {
    title: 'Speed',
    by: ({ progress }) => progress.rate,
    cell: ({ progress }) => rateOf(progress.rate),
    isNumeric: true,
  },
  {
    title: 'Begun',
    by: ({ createdAt }) => createdAt,
    cell: ({ createdAt, createdBy }) => (
      <>
        <Moment at={createdAt} /> by {createdBy}
      </>
    ),
  },
]

/** The tasks under way; nothing where there is none. */
export function Tasks({ tasks }: { readonly tasks: readonly Task[] }): ReactNode {
  if (tasks.length === 0) return null
  return (
    <Section title="Tasks under way">
      <Table
        label="Tasks under way"
        name="tasks"
        columns={taskColumns}
        rows={tasks}
        keyOf={({ id }) => id}
        whenEmpty=""
      />
    </Section>
  )
}

function Done({ task }: { readonly task: Task }): ReactNode {
  const { done, failed, filtered = 0, total } = task.progress
  const past = done + failed + filtered
  const words = total === undefined ? countOf(past) : `${countOf(past)} of ${countOf(total)}`
  return (
    <Stack gap={2}>
      <Text size="sm">{failed === 0 ? words : `${words}, ${countOf(failed)} failed`}</Text>
      {total !== undefined && total > 0 && (
        <Progress value={(100 * past) / total} aria-label={`${task.kind}: ${words}`} />
      )}
    </Stack>
  )
}

const busyColumns: readonly Column<Overview['busiest'][number]>[] = [
  {
    title: 'Topic',
    by: ({ topic }) => topic,
    cell: ({ topic }) => <Go to={pathOf('topics', topic)}>{topic}</Go>,
  },
  {
    title: 'Published',
    by: ({ publishedPerS }) => publishedPerS,
    cell: ({ publishedPerS }) => rateOf(publishedPerS),
    isNumeric: true,
  },
  {
    title: 'Delivered',
    by: ({ deliveredPerS }) => deliveredPerS,
    cell: ({ deliveredPerS }) => rateOf(deliveredPerS),
    isNumeric: true,
  },
  {
    title: 'Bytes',
    by: ({ bytesPerS }) => bytesPerS,
    cell: ({ bytesPerS }) => `${bytesOf(bytesPerS)}/s`,
    isNumeric: true,
  },
]

/** The topics to which most is published now. */
export function Busiest({ busiest }: Pick<Overview, 'busiest'>): ReactNode {
  return (
    <Section title="Busiest topics">
      <Table
        label="Busiest topics"
        name="busiest"
        columns={busyColumns}
        rows={busiest}
        keyOf={({ topic }) => topic}
        whenEmpty="Nothing is published now."
        firstOrder={{ column: 1, isDown: true }}
      />
    </Section>
  )
}
