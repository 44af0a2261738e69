/**
 * A few figures that matter most on a page, large.
 */
import { Paper, SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'

export interface Figure {
  readonly label: string
  readonly value: ReactNode
  /** Below the value, where it needs a word. */
  readonly note?: ReactNode
}

/** The figures, as a list of terms. */
export function Figures({ figures }: { readonly figures: readonly Figure[] }): ReactNode {
  return (
    <SimpleGrid component="dl" m={0} cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      {figures.map(({ label, value, note }) => (
        <Paper key={label} withBorder p="sm">
          <Text component="dt" size="xs" c="dimmed">
            {label}
          </Text>
          <Text component="dd" m={0} fw={700} size="lg">
            {value}
          </Text>
          {note !== undefined && (
            <Text component="dd" m={0} size="xs">
              {note}
            </Text>
          )}
        </Paper>
      ))}
    </SimpleGrid>
  )
}
