/**
 * One group: its topics, what can be changed at it, and the way to remove it.
 */
import { Anchor, Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { PageParams } from '../../app/page-route.js'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { NoneYet } from '../../ui/none-yet.js'
import { NoGroup } from '../../ui/not-there.js'
import { Page as Frame } from '../../ui/page.js'
import { Table, type Column } from '../../ui/table.js'
import { AboutGroup } from './about-group.js'
import { RemoveGroup } from './remove-group.js'

const columns: readonly Column<string>[] = [
  {
    title: 'Topic',
    by: name => name,
    cell: name => (
      <Anchor component={Link} href={pathOf('topics', name)}>
        {name}
      </Anchor>
    ),
  },
]

/** The page. */
export function Page({ params }: { readonly params: PageParams }): ReactNode {
  const group = params['group'] ?? ''
  const [isAsked, removal] = useDisclosure(false)
  const groups = api.useQuery('get', '/groups')
  const topics = api.useQuery('get', '/topics', { params: { query: { groupName: group } } })
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
        {names => (
          <Table
            label={`Topics of ${group}`}
            columns={columns}
            rows={names}
            keyOf={name => name}
            textOf={name => name}
            whenEmpty={<NoneYet>This group has no topic yet.</NoneYet>}
            firstOrder={{ column: 0, isDown: false }}
          />
        )}
      </Answer>
      <AboutGroup group={group} />
      <RemoveGroup group={group} topics={topics.data ?? []} isOpen={isAsked} onClose={removal.close} />
    </Frame>
  )
}
