/**
 * The dialog that removes a group: only one without topics goes, so those that are left are named first.
 */
import { List, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { pathOf } from '../../api/call.js'
import { ActionDialog } from '../../ui/action-dialog.js'
import { Go } from '../../ui/go.js'
import { many } from '../../ui/words.js'

interface RemoveGroupProps {
  readonly group: string
  /** Names of its topics as far as they are known. */
  readonly topics: readonly string[]
  readonly isOpen: boolean
  readonly onClose: () => void
}

const namedMax = 10

/** The dialog. */
export function RemoveGroup({ group, topics, isOpen, onClose }: RemoveGroupProps): ReactNode {
  const [, go] = useLocation()
  return (
    <ActionDialog
      isOpen={isOpen}
      onClose={onClose}
      title={`Remove ${group}?`}
      verb="Remove the group"
      done="Group removed"
      call={topics.length > 0 ? null : { method: 'DELETE', path: pathOf('groups', group) }}
      isDangerous
      onDone={() => go('/groups')}
    >
      {topics.length === 0 ? (
        <Text>It has no topic, so nothing is lost with it. The name can be given again.</Text>
      ) : (
        <>
          <Text>
            Only a group without topics can be removed. This one has {many(topics.length, 'topic')}:
          </Text>
          <List size="sm">
            {topics.slice(0, namedMax).map(topic => (
              <List.Item key={topic}>
                <Go isInText to={pathOf('topics', topic)}>
                  {topic}
                </Go>
              </List.Item>
            ))}
            {topics.length > namedMax && <List.Item>and {many(topics.length - namedMax, 'other')}</List.Item>}
          </List>
        </>
      )}
    </ActionDialog>
  )
}
