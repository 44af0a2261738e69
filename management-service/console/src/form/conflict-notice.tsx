/**
 * What stands in a form whose definition somebody else changed meanwhile: what that was, and the two ways on.
 * Takes the definition as the form began with it and as the form has it. Gives it as it is now to who begins
 * anew; who writes over it does so over what is shown here.
 */
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { send } from '../api/client.js'
import { Answer } from '../ui/answer.js'
import { Lines } from '../ui/lines.js'
import { changedMeanwhile, type Meanwhile } from './conflict.js'
import type { Draft } from './pointer.js'

interface ConflictNoticeProps {
  /** Of the definition. */
  readonly path: string
  readonly began: Draft
  readonly mine: Draft
  /** Where it has secrets, as pointers. */
  readonly secrets: readonly string[]
  readonly onBegin: (now: Draft) => void
  readonly onOverwrite: () => void
}

/** The notice. */
export function ConflictNotice(props: ConflictNoticeProps): ReactNode {
  const { path, began, mine, secrets, onBegin, onOverwrite } = props
  const present = useQuery({
    queryKey: ['present', path],
    queryFn: async ({ signal }) => (await send({ method: 'GET', path }, signal)) as Draft,
    ...{ gcTime: 0, staleTime: Infinity },
  })
  return (
    <Alert color="orange" role="alert" title="Somebody else changed it meanwhile">
      <Answer of={present}>
        {now => (
          <Stack gap="sm">
            <Changes changes={changedMeanwhile(began, now, mine, secrets)} />
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={() => onBegin(now)}>
                Begin anew with what is there now
              </Button>
              <Button size="xs" color="red.9" onClick={onOverwrite}>
                Save mine over it
              </Button>
            </Group>
          </Stack>
        )}
      </Answer>
    </Alert>
  )
}

function Changes({ changes }: { readonly changes: readonly Meanwhile[] }): ReactNode {
  if (changes.length === 0)
    return <Text size="sm">Nothing that is shown differs: it was written anew, or a secret was changed.</Text>
  return (
    <>
      <Text size="sm">What you did not change stays as it is now, also when you save yours over it.</Text>
      <Lines
        label="What was changed meanwhile"
        lines={changes.map(change => ({ about: change.member, words: <Change change={change} /> }))}
      />
    </>
  )
}

function Change({ change: { began, now, mine } }: { readonly change: Meanwhile }): ReactNode {
  return (
    <>
      was <b>{asText(began)}</b>, is <b>{asText(now)}</b> now
      {mine !== null && (
        <>
          ; yours would make it <b>{asText(mine.value)}</b>
        </>
      )}
    </>
  )
}

function asText(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value)
}
