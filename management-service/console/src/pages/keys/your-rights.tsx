/**
 * What whoever looks at the console may do, in words.
 */
import { Alert, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { session } from '../../api/session.js'
import { Answer } from '../../ui/answer.js'

/** The notice. */
export function YourRights(): ReactNode {
  const { key } = session.use()
  const roles = api.useQuery('get', '/roles')
  return (
    <Answer of={roles}>
      {found => (
        <Alert
          color="gray"
          variant="light"
          title={key === null ? 'You look without a key' : 'You look with a key'}
        >
          <Text size="sm">
            {found.includes('admin')
              ? 'You may do everything.'
              : 'You may do what its roles and teams allow; where something is refused, the page says so.'}
          </Text>
          <Text size="sm" mt="xs">
            A topic may ask its publishers for a key besides: its settings name them.
          </Text>
        </Alert>
      )}
    </Answer>
  )
}
