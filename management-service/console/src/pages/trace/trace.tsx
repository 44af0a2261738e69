/**
 * Where a message is: every step of it from its publisher to the last attempt, by its id or by its key.
 */
import { Button, List, Stack, Text } from '@mantine/core'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { pathOf, type Call } from '../../api/call.js'
import { send } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Page as Frame } from '../../ui/page.js'
import { many } from '../../ui/words.js'
import { Journey } from './journey.js'
import { journeysOf, type TracePage } from './journeys-of.js'
import { TraceForm, type Asked } from './trace-form.js'

/** The page. */
export function Page(): ReactNode {
  const [params, setParams] = useSearchParams()
  const asked: Asked = {
    topic: params.get('topic') ?? '',
    by: params.has('key') ? 'key' : 'id',
    text: params.get('key') ?? params.get('id') ?? '',
  }
  const queries = useQueryClient()
  const search = ({ topic, by, text }: Asked): void => {
    setParams({ topic, [by]: text })
    // The same question again means that it is to be asked again.
    void queries.invalidateQueries({ queryKey: ['trace', { topic, by, text }] })
  }
  return (
    <Frame title="Find a message">
      <Text c="dimmed">
        The id is the Hermes-Message-Id that the publisher was answered with; the key is the Partition-Key it
        sent.
      </Text>
      <TraceForm first={asked} onSearch={search} />
      {asked.topic !== '' && asked.text !== '' && <Found asked={asked} />}
    </Frame>
  )
}

function callOf({ topic, by, text }: Asked, after: string): Call {
  const query: Record<string, string> = after === '' ? {} : { after }
  return by === 'id'
    ? { method: 'GET', path: pathOf('topics', topic, 'messages', text, 'trace'), query }
    : { method: 'GET', path: pathOf('topics', topic, 'trace'), query: { key: text, ...query } }
}

function Found({ asked }: { readonly asked: Asked }): ReactNode {
  const trace = useInfiniteQuery({
    queryKey: ['trace', asked],
    queryFn: ({ pageParam, signal }) => send(callOf(asked, pageParam), signal) as Promise<TracePage>,
    initialPageParam: '',
    getNextPageParam: page => (page.complete ? undefined : page.next),
  })
  return (
    <Answer of={trace}>
      {({ pages }) => {
        const journeys = journeysOf(pages)
        return (
          <Stack>
            <Text role="status">{saidOf(journeys.length, pages.at(-1)?.complete === true)}</Text>
            <Notes notes={[...new Set(pages.flatMap(({ notes }) => notes))]} />
            {journeys.map(journey => (
              <Journey
                key={journey.messageId}
                topic={asked.topic}
                journey={journey}
                isAlone={journeys.length === 1}
              />
            ))}
            {trace.hasNextPage && (
              <Button
                variant="default"
                loading={trace.isFetchingNextPage}
                onClick={() => void trace.fetchNextPage()}
              >
                Look further back
              </Button>
            )}
          </Stack>
        )
      }}
    </Answer>
  )
}

function saidOf(count: number, isComplete: boolean): string {
  if (count === 0)
    return isComplete
      ? 'No step of such a message was kept: it was not published here, is older than what is kept, or was not traced.'
      : 'Nothing among the newest steps.'
  return count === 1 ? 'One message.' : `${many(count, 'message')}.`
}

/** What the steps cannot tell, because it is not tracked. */
function Notes({ notes }: { readonly notes: readonly string[] }): ReactNode {
  if (notes.length === 0) return null
  return (
    <List size="sm" c="dimmed">
      {notes.map(note => (
        <List.Item key={note}>{note}</List.Item>
      ))}
    </List>
  )
}
