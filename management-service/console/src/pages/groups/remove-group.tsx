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
import { groupOf } from './count-by-group.js'

interface RemoveGroupProps {
  readonly group: string
  /** Names of topics as far as they are known, of other groups too. */
  readonly topics: readonly string[]
  readonly isOpen: boolean
  readonly onClose: () => void
}

const namedMax = 10

/** The dialog. */
export function RemoveGroup({ group, topics, isOpen, onClose }: RemoveGroupProps): ReactNode {
  const [, go] = useLocation()
  const left = topics.filter(topic => groupOf(topic) === group)
  return (
    <ActionDialog
      isOpen={isOpen}
      onClose={onClose}
      title={`Remove ${group}?`}
      verb="Remove the group"
      done="Group removed"
      call={left.length > 0 ? null : { method: 'DELETE', path: pathOf('groups', group) }}
      isDangerous
      onDone={() => go('/groups')}
    >
      {left.length === 0 ? (
        <Text>It has no topic, so nothing is lost with it. The name can be given again.</Text>
      ) : (
        <>
          <Text>Only a group without topics can be removed. This one has {many(left.length, 'topic')}:</Text>
          <List size="sm">
            {left.slice(0, namedMax).map(topic => (
              <List.Item key={topic}>
                <Go isInText to={pathOf('topics', topic)}>
                  {topic}
                </Go>
              </List.Item>
            ))}
            {left.length > namedMax && <List.Item>and {many(left.length - namedMax, 'other')}</List.Item>}
          </List>
        </>
      )}
    </ActionDialog>
  )
}
