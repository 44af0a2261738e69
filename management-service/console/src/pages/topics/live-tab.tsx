/**
 * The messages of a topic as they come: paused and resumed, of one key where that is asked for.
 */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { useState, type ReactNode, type SyntheticEvent } from 'react'
import { useSearchParams } from 'wouter'
import { useNow } from '../../time/use-now.js'
import { Curl } from '../../ui/curl.js'
import { Problem } from '../../ui/problem.js'
import { countOf, rateOf } from '../../ui/words.js'
import { keptMax, rateAt, type Live } from './live-list.js'
import { MessageDrawer } from './message-drawer.js'
import { MessageTable } from './message-table.js'
import { placeOf, placeText } from './message-words.js'
import { callOf, useTail } from './use-tail.js'

/** The tab; another key begins anew. */
export function LiveTab({ topic }: { readonly topic: string }): ReactNode {
  const [params] = useSearchParams()
  return <Stream key={params.get('key')} topic={topic} />
}

function Stream({ topic }: { readonly topic: string }): ReactNode {
  const [params, setParams] = useSearchParams()
  const key = params.get('key') ?? ''
  const [isPaused, setPaused] = useState(false)
  const [round, setRound] = useState(0)
  const { live, problem, isOver } = useTail(topic, key, round, isPaused)
  const put = (name: string, value: string): void =>
    setParams(old => {
      const rest = [...old].filter(([other]) => other !== name)
      return value === '' ? rest : [...rest, [name, value]]
    })
  return (
    <Stack>
      <Group align="flex-end" justify="space-between">
        <KeyChoice first={key} onChosen={next => put('key', next)} />
        <Button
          variant="default"
          leftSection={isPaused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
          onClick={() => setPaused(old => !old)}
        >
          {isPaused ? 'Go on' : 'Pause'}
        </Button>
      </Group>
      {problem !== null && !isPaused && (
        <>
          <Problem error={problem} />
          {isOver ? (
            <Button variant="default" onClick={() => setRound(old => old + 1)}>
              Connect again
            </Button>
          ) : (
            <Text size="sm" role="status">
              It connects again by itself. What comes meanwhile is shown under Messages, not here.
            </Text>
          )}
        </>
      )}
      <State live={live} isPaused={isPaused} />
      <MessageTable
        label={`Messages of ${topic} as they come`}
        messages={live.messages}
        whenEmpty="Nothing has come since this page was opened. Publish a message and see it here."
        onOpen={place => put('open', placeText(place))}
      />
      <Curl call={callOf(topic, key)} />
      <MessageDrawer topic={topic} place={placeOf(params.get('open'))} onClose={() => put('open', '')} />
    </Stack>
  )
}

function State({ live, isPaused }: { readonly live: Live; readonly isPaused: boolean }): ReactNode {
  const now = useNow()
  const { count, skipped } = live
  const words = isPaused ? 'Paused: what comes meanwhile is not shown here.' : rateOf(rateAt(live, now))
  return (
    <Text size="sm" c="dimmed">
      {words} · {countOf(count)} came
      {count > keptMax && `, the last ${countOf(keptMax)} are shown`}
      {skipped > 0 && `, ${countOf(skipped)} were too many to show`}
    </Text>
  )
}

interface KeyChoiceProps {
  readonly first: string
  readonly onChosen: (key: string) => void
}

function KeyChoice({ first, onChosen }: KeyChoiceProps): ReactNode {
  const [text, setText] = useState(first)
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    onChosen(text)
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs">
        <TextInput
          label="Only this partition key"
          value={text}
          onChange={event => setText(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          Filter
        </Button>
      </Group>
    </form>
  )
}
