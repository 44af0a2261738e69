/**
 * Who management takes a person for, and what that one may do.
 */
import { Alert, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { api, type ReadOf } from '../../api/client.js'
import { session } from '../../api/session.js'
import { Answer } from '../../ui/answer.js'
import { reachOf } from './rights.js'

type Caller = ReadOf<'/roles/caller'>

/** The notice. */
export function YourRights(): ReactNode {
  const { key } = session.use()
  const caller = api.useQuery('get', '/roles/caller')
  return (
    <Answer of={caller}>
      {found => (
        <Alert color="gray" variant="light" title={nameOf(found, key !== null)}>
          {wordsOf(found, key !== null).map(words => (
            <Text key={words} size="sm">
              {words}
            </Text>
          ))}
        </Alert>
      )}
    </Answer>
  )
}

function nameOf({ name, isAsked }: Caller, hasKey: boolean): string {
  if (name !== null) return `You are ${name}`
  if (!isAsked) return 'Nobody is asked who they are'
  return hasKey ? 'Management does not take your key' : 'You look without a key'
}

function wordsOf({ name, isAsked, roles, teams }: Caller, hasKey: boolean): readonly string[] {
  if (!isAsked)
    return [
      'Everybody who reaches management may do everything (management.auth.mode is open).',
      'What keys may do counts once it is guarded; topics may ask their publishers for one already.',
    ]
  if (name === null)
    return [hasKey ? 'Sign in with another one.' : 'You may see nothing until you sign in with one.']
  const { reads, changes, publishes } = reachOf({ name, roles, teams })
  return [
    `Roles: ${roles.join(', ') || 'none'}. Teams: ${teams.join(', ') || 'none'}.`,
    `You may read: ${reads}.`,
    `You may change: ${changes}.`,
    `You may publish to: topics that ask nobody${publishes === '' ? '' : `, and ${publishes}`}.`,
  ]
}
