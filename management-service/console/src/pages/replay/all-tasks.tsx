/**
 * All redrives and replays under way, of whatever subscription.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Page as Frame } from '../../ui/page.js'
import { TasksUnderWay } from './tasks-under-way.js'

const refetchInterval = 3000

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
            <TasksUnderWay tasks={tasks} />
          )
        }
      </Answer>
    </Frame>
  )
}
