/**
 * Where filters are typed, with examples to put in.
 */
import { Button, Group, Stack, Text, Textarea } from '@mantine/core'
import type { ReactNode } from 'react'
import { examplesOf, withFilter } from './draft.js'

interface DraftInputProps {
  readonly text: string
  /** Of the topic; undefined until it is known. */
  readonly contentType: string | null | undefined
  readonly problem: string | null
  readonly onChange: (text: string) => void
}

/** The input. */
export function DraftInput({ text, contentType, problem, onChange }: DraftInputProps): ReactNode {
  return (
    <Stack gap="xs">
      <Textarea
        label="Filters"
        description="A JSON list, as the definition of a subscription has it"
        autosize
        minRows={4}
        value={text}
        error={problem}
        spellCheck={false}
        styles={{ input: { fontFamily: 'monospace' } }}
        onChange={event => onChange(event.currentTarget.value)}
      />
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          Put in:
        </Text>
        {examplesOf(contentType).map(({ label, filter }) => (
          <Button
            key={label}
            size="compact-sm"
            variant="default"
            onClick={() => onChange(withFilter(text, filter))}
          >
            {label}
          </Button>
        ))}
      </Group>
    </Stack>
  )
}
