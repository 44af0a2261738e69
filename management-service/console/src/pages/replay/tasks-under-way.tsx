/**
 * Redrives and replays under way, of whatever subscription.
 */
import type { ReactNode } from 'react'
import { Go } from '../../ui/go.js'
import type { Column } from '../../ui/table.js'
import { pathTo } from '../subscriptions/names.js'
import { TaskTable } from './task-table.js'
import type { Task } from './task-words.js'

const pages = { redrive: 'dead-letters', replay: 'replay' } as const

const columns: readonly Column<Task>[] = [
  {
    title: 'Task',
    by: ({ kind }) => kind,
    cell: task => (
      <Go to={pathTo(task, pages[task.kind])}>{task.kind === 'redrive' ? 'Redrive' : 'Replay'}</Go>
    ),
  },
  {
    title: 'Subscription',
    by: ({ topic, subscription }) => `${topic} ${subscription}`,
    cell: task => (
      <Go to={pathTo(task)}>
        {task.topic} / {task.subscription}
      </Go>
    ),
  },
]

/** The table. */
export function TasksUnderWay({ tasks }: { readonly tasks: readonly Task[] }): ReactNode {
  return <TaskTable label="Tasks under way" tasks={tasks} first={columns} whenEmpty="None is under way." />
}
