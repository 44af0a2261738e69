/**
 * Words in a cell of a table: as wide as they are, up to a bound; what is longer goes on below, so that it
 * moves no other column out of sight.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

const widthMaxPx = 220

/** The words. */
export function Bounded({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <Text
      span
      inherit
      display="inline-block"
      w="max-content"
      maw={widthMaxPx}
      style={{ overflowWrap: 'anywhere' }}
    >
      {children}
    </Text>
  )
}
