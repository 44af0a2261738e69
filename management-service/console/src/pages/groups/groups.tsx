/**
 * All groups, with how many topics each has; a new one is made here.
 */
import { Button, Modal, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import { DefinitionForm } from '../../form/definition-form.js'
import type { FieldGroup } from '../../form/field.js'
import { Answer } from '../../ui/answer.js'
import { Go } from '../../ui/go.js'
import { NoneYet } from '../../ui/none-yet.js'
import { Page as Frame } from '../../ui/page.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { countOf } from '../../ui/words.js'
import { countByGroup, type GroupRow } from './count-by-group.js'

const columns: readonly Column<GroupRow>[] = [
  {
    title: 'Group',
    by: ({ name }) => name,
    cell: ({ name }) => <Go to={pathOf('groups', name)}>{name}</Go>,
  },
  figureColumn('Topics', ({ topicCount }) => topicCount, countOf),
]

const fields: readonly FieldGroup[] = [
  {
    title: 'Group',
    isOpen: true,
    fields: [
      {
        pointer: '/groupName',
        label: 'Name',
        kind: 'text',
        help: 'Letters, digits and dots. Topics are named GROUP.TOPIC; a name is never changed.',
      },
    ],
  },
]

/** The page. */
export function Page(): ReactNode {
  const [isFormOpen, form] = useDisclosure(false)
  const [, go] = useLocation()
  const groups = api.useQuery('get', '/groups')
  const topics = api.useQuery('get', '/topics')
  return (
    <Frame
      title="Groups"
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={form.open}>
          New group
        </Button>
      }
    >
      <Text c="dimmed">A group holds topics of one domain; rights are given by group.</Text>
      <Answer of={groups}>
        {names => (
          <Table
            label="Groups"
            columns={columns}
            rows={countByGroup(names, topics.data ?? [])}
            keyOf={({ name }) => name}
            textOf={({ name }) => name}
            whenEmpty={<NoneYet>There is no group yet. Make one to have a place for topics.</NoneYet>}
            firstOrder={{ column: 0, isDown: false }}
          />
        )}
      </Answer>
      <Modal opened={isFormOpen} onClose={form.close} title="New group" size="lg">
        <DefinitionForm
          groups={fields}
          first={{}}
          isNew
          callOf={draft => ({ method: 'POST', path: '/groups', body: draft })}
          verb="Make the group"
          done="Group made"
          onDone={draft => go(pathOf('groups', String(draft['groupName'])))}
        />
      </Modal>
    </Frame>
  )
}
