/**
 * The commands of the page: each call that it has made, as `curl`.
 */
import { Drawer, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { addressOf } from '../api/call.js'
import { useCalls } from '../api/calls.js'
import { Curl } from '../ui/curl.js'

interface CommandsProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** The drawer with them. */
export function Commands({ isOpen, onClose }: CommandsProps): ReactNode {
  const calls = useCalls()
  return (
    <Drawer opened={isOpen} onClose={onClose} position="right" size="lg" title="The same in a terminal">
      <Stack>
        <Text size="sm" c="dimmed">
          What this page asked management, in its order. With a key, set IRIS_KEY first.
        </Text>
        {calls.length === 0 && <Text>Nothing was asked yet.</Text>}
        {calls.map((call, index) => (
          <Curl key={`${index} ${addressOf(call)}`} call={call} />
        ))}
      </Stack>
    </Drawer>
  )
}
