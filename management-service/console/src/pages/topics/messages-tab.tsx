/**
 * The messages of a topic, page by page: the newest, from the beginning, from a time, or of a key.
 * What is asked for stands in the address, and so does the message that is open.
 */
import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useState, type ReactNode, type SyntheticEvent } from 'react'
import { useSearchParams } from 'wouter'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { MessageDrawer } from './message-drawer.js'
import { MessageTable } from './message-table.js'
import { placeOf, placeText } from './message-words.js'

const pageMax = 50
const starts = [
  { value: 'latest', label: 'The newest first' },
  { value: 'earliest', label: 'From the oldest on' },
  { value: 'time', label: 'From a time on' },
]

/** What is looked for, as it stands in the address. */
interface Asked {
  /** `latest`, `earliest` or a date. */
  readonly from: string
  readonly partition: string
  readonly key: string
}

/** The tab. */
export function MessagesTab({ topic }: { readonly topic: string }): ReactNode {
  const [params, setParams] = useSearchParams()
  const asked: Asked = {
    from: params.get('from') ?? 'latest',
    partition: params.get('partition') ?? '',
    key: params.get('key') ?? '',
  }
  const put = (changed: Readonly<Record<string, string>>): void =>
    setParams(old => {
      const next = { ...Object.fromEntries(old), ...changed }
      return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== ''))
    })
  return (
    <Stack>
      <Choice key={Object.values(asked).join(' ')} first={asked} onChosen={choice => put({ ...choice })} />
      <Found topic={topic} asked={asked} onOpen={place => put({ open: place })} />
      <MessageDrawer topic={topic} place={placeOf(params.get('open'))} onClose={() => put({ open: '' })} />
    </Stack>
  )
}

interface ChoiceProps {
  readonly first: Asked
  readonly onChosen: (asked: Asked) => void
}

function Choice({ first, onChosen }: ChoiceProps): ReactNode {
  const isTime = first.from !== 'latest' && first.from !== 'earliest'
  const [start, setStart] = useState(isTime ? 'time' : first.from)
  const [time, setTime] = useState(isTime ? localOf(first.from) : '')
  const [partition, setPartition] = useState(first.partition)
  const [key, setKey] = useState(first.key)
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    const from = start === 'time' ? new Date(time).toISOString() : start
    onChosen({ from, partition: partition.trim(), key })
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="sm">
        <Select
          label="Which"
          data={starts}
          value={start}
          allowDeselect={false}
          onChange={next => setStart(next ?? 'latest')}
        />
        {start === 'time' && (
          <TextInput
            label="Time"
            type="datetime-local"
            step={1}
            value={time}
            onChange={event => setTime(event.currentTarget.value)}
          />
        )}
        <TextInput label="Partition key" value={key} onChange={event => setKey(event.currentTarget.value)} />
        <TextInput
          label="Partition"
          w={110}
          inputMode="numeric"
          value={partition}
          onChange={event => setPartition(event.currentTarget.value)}
        />
        <Button type="submit" disabled={start === 'time' && Number.isNaN(Date.parse(time))}>
          Show
        </Button>
      </Group>
    </form>
  )
}

interface FoundProps {
  readonly topic: string
  readonly asked: Asked
  readonly onOpen: (place: string) => void
}

function Found({ topic, asked, onOpen }: FoundProps): ReactNode {
  const { from, partition, key } = asked
  const query = {
    ...{ from, max: pageMax },
    ...(partition === '' ? {} : { partition }),
    ...(key === '' ? {} : { key }),
  }
  const pages = api.useInfiniteQuery(
    'get',
    '/topics/{topic}/browse',
    { params: { path: { topic }, query } },
    {
      pageParamName: 'next',
      initialPageParam: null,
      getNextPageParam: ({ next }: { readonly next: string | null }) => next,
    },
  )
  const { data, hasNextPage, isFetching, fetchNextPage, refetch } = pages
  return (
    <Answer of={pages}>
      {() => (
        <>
          <MessageTable
            label={`Messages of ${topic}`}
            messages={data?.pages.flatMap(({ items }) => items) ?? []}
            whenEmpty={
              hasNextPage ? 'None so far.' : 'No message fits. Publish one, or look from another time on.'
            }
            onOpen={place => onOpen(placeText(place))}
          />
          <Group>
            <Button variant="default" loading={isFetching} onClick={() => void refetch()}>
              Look again
            </Button>
            {hasNextPage ? (
              <Button variant="default" loading={isFetching} onClick={() => void fetchNextPage()}>
                Show more
              </Button>
            ) : (
              <Text size="sm" c="dimmed">
                That is all.
              </Text>
            )}
          </Group>
        </>
      )}
    </Answer>
  )
}

/** A date as an input of local time has it. */
function localOf(date: string): string {
  const moment = new Date(date)
  if (Number.isNaN(moment.getTime())) return ''
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19)
}
