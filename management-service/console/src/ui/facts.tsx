/**
 * Figures and facts side by side, each below its name.
 */
import { Paper, SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'

export interface Fact {
  readonly name: string
  readonly value: ReactNode
  /** One more line, in small letters. */
  readonly note?: ReactNode
}

/** The facts, as a list of terms for who does not see them. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <SimpleGrid component="dl" cols={{ base: 2, sm: 3, lg: 6 }} spacing="xs" m={0}>
      {facts.map(({ name, value, note }) => (
        <Paper key={name} withBorder p="xs">
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} fw={600}>
            {value}
          </Text>
          {note !== undefined && (
            <Text component="dd" m={0} size="xs" c="dimmed">
              {note}
            </Text>
          )}
        </Paper>
      ))}
    </SimpleGrid>
  )
}
