/**
 * The form of a new key.
 */
import { Button, Group, Stack, TagsInput, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SyntheticEvent } from 'react'
import type { Call } from '../../api/call.js'
import { problemAt } from '../../api/problem.js'
import { useAction } from '../../api/use-action.js'
import { useRehearsal } from '../../api/use-rehearsal.js'
import { Curl } from '../../ui/curl.js'
import { Problem } from '../../ui/problem.js'

const roleKinds = ['owner', 'publisher', 'reader']

/** The form; `onMade` has the answer with the secret. */
export function NewKey({ onMade }: { readonly onMade: (answer: unknown) => void }): ReactNode {
  const [name, setName] = useState('')
  const [roles, setRoles] = useState<readonly string[]>([])
  const [teams, setTeams] = useState<readonly string[]>([])
  const [expiresAt, setExpiresAt] = useState('')
  const call: Call = {
    method: 'POST',
    path: '/keys',
    body: { name, roles, teams, ...(expiresAt === '' ? {} : { expiresAt }) },
  }
  const fields = useRehearsal(name === '' ? null : call)
  const action = useAction({ done: 'Key made', onDone: onMade })
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    action.mutate(call)
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label="Name"
          description="Of the service or person that uses it"
          value={name}
          error={fields.get('/name')}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
        />
        <TagsInput
          label="Roles"
          description="admin, or owner, publisher, reader with a group: publisher:demo, reader:*"
          data={['admin', ...roleKinds.map(kind => `${kind}:*`)]}
          value={[...roles]}
          error={problemAt(fields, '/roles')}
          onChange={setRoles}
        />
        <TagsInput
          label="Teams"
          description="Owners that the key is: it owns their topics and subscriptions"
          value={[...teams]}
          error={problemAt(fields, '/teams')}
          onChange={setTeams}
        />
        <TextInput
          label="Ends"
          description="Such as 2030-01-31T12:00:00Z; empty for never"
          value={expiresAt}
          error={fields.get('/expiresAt')}
          onChange={event => setExpiresAt(event.currentTarget.value)}
        />
        {action.error !== null && <Problem error={action.error} />}
        <Curl call={call} />
        <Group justify="flex-end">
          <Button type="submit" loading={action.isPending} disabled={name === ''}>
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
