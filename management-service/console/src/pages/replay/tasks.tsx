/**
 * The tasks of a subscription: under way and ended, each with its progress; what is under way can be
 * cancelled.
 */
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Section } from '../../ui/section.js'
import { readingOf, type Names } from '../subscriptions/names.js'
import { TaskTable } from './task-table.js'
import type { Task } from './task-words.js'

const refetchInterval = 2000

interface TasksProps {
  readonly names: Names
  readonly kind: Task['kind']
  readonly title: string
}

/** The list of one kind. */
export function Tasks({ names, kind, title }: TasksProps): ReactNode {
  const path = '/topics/{topic}/subscriptions/{subscription}/tasks'
  const tasks = api.useQuery('get', path, readingOf(names), { refetchInterval })
  return (
    <Section title={title}>
      <Answer of={tasks}>
        {told => (
          <TaskTable
            label={`${title}, the newest first`}
            tasks={told.filter(task => task.kind === kind)}
            whenEmpty="There was none in the last seven days."
          />
        )}
      </Answer>
    </Section>
  )
}
