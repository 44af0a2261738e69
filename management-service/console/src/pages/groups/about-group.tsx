/**
 * What can be changed at a group and what cannot, and which keys have roles in it.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { isRefused } from '../../api/history.js'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Go } from '../../ui/go.js'
import { Lines, type Line } from '../../ui/lines.js'
import { Section } from '../../ui/section.js'
import { rolesIn } from './roles-in.js'

const fixed: readonly Line[] = [
  {
    about: 'Name',
    words:
      'Never changes: topics, rights and Kafka carry it. For another one, make a new group, copy the topics there, ' +
      'move publishers and subscribers over, and remove this one.',
  },
  { about: 'Owner', words: 'Has none of its own: its topics and subscriptions have.' },
  { about: 'Removal', words: 'Once it has no topic.' },
]

/** The parts. */
export function AboutGroup({ group }: { readonly group: string }): ReactNode {
  return (
    <>
      <Section title="What can be changed">
        <Text size="sm">
          A group is a name and nothing else, so there is nothing to edit. What may be done in it is up to
          roles.
        </Text>
        <Lines label={`About the group ${group}`} lines={fixed} />
      </Section>
      <Roles group={group} />
    </>
  )
}

function Roles({ group }: { readonly group: string }): ReactNode {
  const keys = api.useQuery('get', '/keys')
  return (
    <Section title="Who has roles here">
      {isRefused(keys.error) ? (
        <Text size="sm">Which keys have roles here is told to admins.</Text>
      ) : (
        <Answer of={keys}>
          {told => (
            <Lines
              label={`Roles in ${group}`}
              lines={rolesIn(group, told).map(({ role, holders }) => ({
                about: role,
                words: holders.join(', ') || 'nobody',
              }))}
            />
          )}
        </Answer>
      )}
      <Text size="sm">
        <Go isInText to="/keys">
          Keys and rights
        </Go>{' '}
        gives roles and tells what each may do.
      </Text>
    </Section>
  )
}
