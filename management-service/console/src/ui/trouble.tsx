/**
 * What holds a subscription up, as a word with a colour and a sign.
 * Takes the cause that management tells of it.
 */
import { Badge } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { troubleWord } from './trouble-words.js'

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
      {troubleWord(cause)}
    </Badge>
  )
}
