/**
 * What holds a subscription up, as a word with a colour and a sign.
 * Takes the cause that management tells of it (`trouble` of the compact lists, `cause` of the overview).
 */
import { Badge } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

const words: Readonly<Record<string, string>> = {
  CIRCUIT_OPEN: 'only probes are sent',
  ENDPOINT_DOWN: 'endpoint down',
  FENCED: 'ZooKeeper is silent',
  HELD_BACK: 'held back',
  NOT_RUNNING: 'nobody runs it',
}

/** The badge. */
export function Trouble({ cause }: { readonly cause: string }): ReactNode {
  return (
    <Badge
      color="red"
      variant="light"
      leftSection={<IconAlertTriangle size={12} />}
      tt="none"
      miw="max-content"
    >
      {words[cause] ?? cause}
    </Badge>
  )
}
