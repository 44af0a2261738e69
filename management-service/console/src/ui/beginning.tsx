/**
 * The beginning of a text in a table, which opens the whole of it.
 */
import { Code, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'

interface BeginningProps {
  readonly text: string
  readonly onOpen: () => void
}

/** As wide as can be read, also where the table then scrolls. */
export function Beginning({ text, onOpen }: BeginningProps): ReactNode {
  return (
    <UnstyledButton miw="16rem" onClick={onOpen}>
      <Code style={{ overflowWrap: 'anywhere' }}>{text}</Code>
    </UnstyledButton>
  )
}
