/**
 * One group: its topics with what moves, what can be changed at it, and the way to remove it.
 */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { PageParams } from '../../app/page-route.js'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { NoneYet } from '../../ui/none-yet.js'
import { NoGroup } from '../../ui/not-there.js'
import { Page as Frame } from '../../ui/page.js'
import { topicsPeriodMs, TopicTable } from '../topics/topic-table.js'
import { AboutGroup } from './about-group.js'
import { RemoveGroup } from './remove-group.js'

/** The page. */
export function Page({ params }: { readonly params: PageParams }): ReactNode {
  const group = params['group'] ?? ''
  const [isAsked, removal] = useDisclosure(false)
  const groups = api.useQuery('get', '/groups')
  const topics = api.useQuery(
    'get',
    '/listing/topics',
    { params: { query: { groupName: group } } },
    { refetchInterval: topicsPeriodMs },
  )
  const above = [{ label: 'Groups', address: '/groups' }]
  if (groups.data?.includes(group) === false)
    return (
      <Frame title={group} above={above}>
        <NoGroup group={group} />
      </Frame>
    )
  return (
    <Frame
      title={group}
      above={above}
      actions={
        <>
          <Button
            component={Link}
            href={`/new-topic?group=${encodeURIComponent(group)}`}
            leftSection={<IconPlus size={16} />}
          >
            New topic
          </Button>
          <Button variant="default" leftSection={<IconTrash size={16} />} onClick={removal.open}>
            Remove
          </Button>
        </>
      }
    >
      <Answer of={topics}>
        {rows => (
          <TopicTable
            label={`Topics of ${group}`}
            topics={rows}
            whenEmpty={<NoneYet>This group has no topic yet.</NoneYet>}
          />
        )}
      </Answer>
      <AboutGroup group={group} />
      <RemoveGroup
        group={group}
        topics={topics.data?.map(({ name }) => name) ?? []}
        isOpen={isAsked}
        onClose={removal.close}
      />
    </Frame>
  )
}
