/**
 * What differs between two texts, line by line. Loaded with its library when it is shown first.
 */
import { Box, Code } from '@mantine/core'
import { diffLines } from 'diff'
import type { ReactNode } from 'react'

/** Editing steps after which it is not looked for a shorter way: texts of megabytes would take minutes. */
const editsMax = 2_000

interface DiffViewProps {
  readonly before: string
  readonly after: string
}

/** The lines: `-` went, `+` came. */
export function DiffView({ before, after }: DiffViewProps): ReactNode {
  const parts = diffLines(before, after, { maxEditLength: editsMax })
  if (parts === undefined) return <Code block>{after}</Code>
  return (
    <Code
      block
      tabIndex={0}
      aria-label="What differs"
      style={{ whiteSpace: 'pre-wrap', maxHeight: 360, overflow: 'auto' }}
    >
      {parts.map(({ added, removed, value }, index) => {
        const sign = added ? '+' : removed ? '-' : ' '
        const text = value.replace(/\n$/, '').replaceAll(/^/gm, `${sign} `)
        return (
          <Box key={index} component="span" display="block" bg={added ? green : removed ? red : undefined}>
            {text}
          </Box>
        )
      })}
    </Code>
  )
}

const green = 'light-dark(#d3f9d8, #12391c)'
const red = 'light-dark(#ffe3e3, #4a1414)'
