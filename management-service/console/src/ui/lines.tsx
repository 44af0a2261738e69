/**
 * Pairs of a name and what it is, one below the other.
 */
import { Table } from '@mantine/core'
import type { ReactNode } from 'react'

export interface Line {
  readonly about: string
  readonly words: ReactNode
}

/** The pairs, as a table whose first column heads the rows. */
export function Lines({
  label,
  lines,
}: {
  readonly label: string
  readonly lines: readonly Line[]
}): ReactNode {
  return (
    <Table aria-label={label} layout="fixed">
      <Table.Tbody>
        {lines.map(({ about, words }) => (
          <Table.Tr key={about}>
            <Table.Th scope="row" w="40%" fw={500} c="dimmed">
              {about}
            </Table.Th>
            <Table.Td>{words}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
