/**
 * A message held against a version of the schema, without publishing it.
 */
import { Alert, Button, Group, JsonInput, List } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { send } from '../../api/client.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'

interface Trial {
  readonly valid: boolean
  readonly errors: readonly { readonly pointer: string; readonly problem: string }[]
}

interface CheckMessageProps {
  readonly topic: string
  readonly version: number
}

/** The place to write a message, and what is wrong with it. */
export function CheckMessage({ topic, version }: CheckMessageProps): ReactNode {
  const [text, setText] = useState('{}')
  const path = pathOf('topics', topic, 'json-schema', 'versions', String(version), 'check')
  const trial = useMutation({
    mutationFn: async (body: unknown) => (await send({ method: 'POST', path, body })) as Trial,
  })
  const isJson = parsed(text) !== undefined
  return (
    <Section title={`Does a message fit version ${version}?`}>
      <JsonInput
        label="Message"
        value={text}
        onChange={setText}
        validationError="This is no JSON yet"
        formatOnBlur
        autosize
        minRows={3}
      />
      <Group>
        <Button
          variant="default"
          disabled={!isJson}
          loading={trial.isPending}
          onClick={() => trial.mutate(parsed(text))}
        >
          Check
        </Button>
      </Group>
      {trial.error !== null && <Problem error={trial.error} />}
      {trial.data !== undefined && <Outcome trial={trial.data} />}
    </Section>
  )
}

function Outcome({ trial }: { readonly trial: Trial }): ReactNode {
  if (trial.valid) return <Alert color="teal" title="It fits" role="status" />
  return (
    <Alert color="red" title="It does not fit" role="status">
      <List>
        {trial.errors.map(({ pointer, problem }) => (
          <List.Item key={`${pointer} ${problem}`}>
            {pointer === '' ? 'the whole message' : pointer}: {problem}
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
