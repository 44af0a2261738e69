/**
 * One topic: what flows through it, who sends and who receives, and what can be done with it.
 */
import { Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCopy, IconSend, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import type { PageParams } from '../../app/page-route.js'
import { RemovalDialog } from '../../form/removal-dialog.js'
import { AddressTabs, useAddressTab, type AddressTab } from '../../ui/address-tabs.js'
import { Answer } from '../../ui/answer.js'
import { Page as Frame } from '../../ui/page.js'
import { groupOf } from '../groups/count-by-group.js'
import { LiveTab } from './live-tab.js'
import { MessagesTab } from './messages-tab.js'
import { OverviewTab } from './overview-tab.js'
import { PublishDialog } from './publish-dialog.js'
import { ScheduledTab } from './scheduled-tab.js'
import { SchemaTab } from './schema-tab.js'
import { SettingsTab } from './settings-tab.js'
import type { Topic } from './topic-words.js'

interface TopicTab extends AddressTab {
  readonly panel: (topic: Topic, name: string) => ReactNode
}

const tabs: readonly [TopicTab, ...TopicTab[]] = [
  { id: 'overview', label: 'Overview', panel: topic => <OverviewTab topic={topic} /> },
  { id: 'messages', label: 'Messages', panel: (_topic, name) => <MessagesTab topic={name} /> },
  { id: 'live', label: 'Live', panel: (_topic, name) => <LiveTab topic={name} /> },
  { id: 'schema', label: 'Schema', panel: topic => <SchemaTab topic={topic} /> },
  { id: 'scheduled', label: 'Scheduled', panel: (_topic, name) => <ScheduledTab topic={name} /> },
  { id: 'settings', label: 'Settings', panel: topic => <SettingsTab topic={topic} /> },
]

/** The page. */
export function Page({ params }: { readonly params: PageParams }): ReactNode {
  const name = params['topic'] ?? ''
  const group = groupOf(name)
  const tab = useAddressTab(tabs)
  const topic = api.useQuery('get', '/topics/{topic}', { params: { path: { topic: name } } })
  return (
    <Frame
      title={name}
      {...(tab === tabs[0] ? {} : { part: tab.label })}
      above={[
        { label: 'Topics', address: '/topics' },
        { label: group, address: pathOf('groups', group) },
      ]}
      actions={topic.data !== undefined && <Actions topic={topic.data} />}
    >
      <Answer of={topic}>
        {data => (
          <>
            {data.description !== '' && <Text c="dimmed">{data.description}</Text>}
            <AddressTabs label={`About ${name}`} tabs={tabs} shown={tab} />
            {tab.panel(data, name)}
          </>
        )}
      </Answer>
    </Frame>
  )
}

function Actions({ topic }: { readonly topic: Topic }): ReactNode {
  const name = topic.name ?? ''
  const [isPublishOpen, publishing] = useDisclosure(false)
  const [isRemovalOpen, removal] = useDisclosure(false)
  const [, go] = useLocation()
  return (
    <>
      <Button leftSection={<IconSend size={16} />} onClick={publishing.open}>
        Publish
      </Button>
      <Button
        component={Link}
        href={`/new-topic?from=${encodeURIComponent(name)}`}
        variant="default"
        leftSection={<IconCopy size={16} />}
      >
        Copy
      </Button>
      <Button variant="default" leftSection={<IconTrash size={16} />} onClick={removal.open}>
        Remove
      </Button>
      <PublishDialog topic={topic} isOpen={isPublishOpen} onClose={publishing.close} />
      <RemovalDialog
        isOpen={isRemovalOpen}
        onClose={removal.close}
        what="topic"
        name={name}
        path={pathOf('topics', name)}
        definition={topic}
        onDone={() => go('/topics')}
      >
        Its messages go with it and do not come back. A topic that has subscriptions is not removed.
      </RemovalDialog>
    </>
  )
}
