/**
 * A refusal or failure as people read it: what is wrong, and what helps. Where a key is what helps, it is
 * asked for.
 */
import { Alert, Button, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { ApiProblem, isForbidden } from '../api/problem.js'
import { askForKey } from '../api/session.js'

/** The notice. */
export function Problem({ error }: { readonly error: unknown }): ReactNode {
  const message = error instanceof Error ? error.message : String(error)
  const isOurs = error instanceof ApiProblem
  return (
    <Alert color="red" title={message} role="alert">
      {isOurs && error.fix !== null && <Text size="sm">{error.fix}</Text>}
      {isOurs && (
        <Text size="xs" c="dimmed">
          {error.code}
        </Text>
      )}
      {isForbidden(error) && (
        <Button size="compact-sm" variant="default" mt="xs" onClick={askForKey}>
          Use another key
        </Button>
      )}
    </Alert>
  )
}
