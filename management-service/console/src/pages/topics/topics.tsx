/**
 * All topics with what moves: narrowed and sorted in the browser, also where there are ten thousand.
 */
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { NoneYet } from '../../ui/none-yet.js'
import { Page as Frame } from '../../ui/page.js'
import { topicsPeriodMs, TopicTable } from './topic-table.js'

/** The page. */
export function Page(): ReactNode {
  const topics = api.useQuery('get', '/listing/topics', {}, { refetchInterval: topicsPeriodMs })
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
          <TopicTable
            label="Topics"
            topics={rows}
            whenEmpty={
              <NoneYet>There is no topic yet. Make one: publishers send their messages to it.</NoneYet>
            }
          />
        )}
      </Answer>
    </Frame>
  )
}
