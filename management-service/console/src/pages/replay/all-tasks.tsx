/**
 * All redrives and replays under way, of whatever subscription.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Go } from '../../ui/go.js'
import { Page as Frame } from '../../ui/page.js'
import type { Column } from '../../ui/table.js'
import { pathTo } from '../subscriptions/names.js'
import { TaskTable } from './task-table.js'
import type { Task } from './task-words.js'

const refetchInterval = 3000

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

/** The page. */
export function Page(): ReactNode {
  const overview = api.useQuery('get', '/overview', {}, { refetchInterval })
  return (
    <Frame title="Tasks under way">
      <Text c="dimmed">
        Redrives of dead letters and replays of topics. They are begun on the page of a subscription, which
        lists those that have ended too.
      </Text>
      <Answer of={overview}>
        {({ tasks }) =>
          tasks === null ? (
            <Text role="status">Storage did not tell in time. It is asked again.</Text>
          ) : (
            <TaskTable label="Tasks under way" tasks={tasks} first={columns} whenEmpty="None is under way." />
          )
        }
      </Answer>
    </Frame>
  )
}
