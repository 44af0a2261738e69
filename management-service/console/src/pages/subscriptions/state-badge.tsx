/**
 * The state of a subscription as a word in colour.
 */
import { Badge } from '@mantine/core'
import type { ReactNode } from 'react'
import { stateWord } from './states.js'

const colors: Readonly<Record<string, string>> = { ACTIVE: 'teal', SUSPENDED: 'yellow', PENDING: 'blue' }

/** The badge. */
export function StateBadge({ state }: { readonly state: string }): ReactNode {
  return (
    <Badge variant="outline" color={colors[state] ?? 'gray'} c="inherit" tt="none" miw="max-content">
      {stateWord(state)}
    </Badge>
  )
}
