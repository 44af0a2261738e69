/**
 * The messages of a topic that wait for their time; each can be taken back before it.
 */
import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { pathOf } from '../../api/call.js'
import { api, type ReadOf } from '../../api/client.js'
import { ActionDialog } from '../../ui/action-dialog.js'
import { Answer } from '../../ui/answer.js'
import { Go } from '../../ui/go.js'
import { Moment } from '../../ui/moment.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { bytesOf } from '../../ui/words.js'
import { traceOf } from '../trace/addresses.js'

type Item = ReadOf<'/topics/{topic}/scheduled'>['items'][number]

const pageMax = 100
const periodMs = 5000

/** The tab. */
export function ScheduledTab({ topic }: { readonly topic: string }): ReactNode {
  const [params, setParams] = useSearchParams()
  const isRefused = params.get('state') === 'refused'
  const [taken, setTaken] = useState<string | null>(null)
  return (
    <Stack>
      <Group>
        <SegmentedControl
          aria-label="Which"
          data={[
            { value: 'waiting', label: 'Waiting' },
            { value: 'refused', label: 'Refused by Kafka' },
          ]}
          value={isRefused ? 'refused' : 'waiting'}
          onChange={next => setParams({ tab: 'scheduled', ...(next === 'refused' ? { state: next } : {}) })}
        />
      </Group>
      <Pages topic={topic} isRefused={isRefused} onTake={setTaken} />
      <ActionDialog
        isOpen={taken !== null}
        onClose={() => setTaken(null)}
        title="Take the message back?"
        verb="Take it back"
        done="Message taken back"
        call={taken === null ? null : { method: 'DELETE', path: pathOf('topics', topic, 'scheduled', taken) }}
        isDangerous
      >
        It will not be delivered. There is no way back.
      </ActionDialog>
    </Stack>
  )
}

interface PagesProps {
  readonly topic: string
  readonly isRefused: boolean
  readonly onTake: (id: string) => void
}

function Pages({ topic, isRefused, onTake }: PagesProps): ReactNode {
  const query = { limit: pageMax, ...(isRefused ? { state: 'refused' as const } : {}) }
  const pages = api.useInfiniteQuery(
    'get',
    '/topics/{topic}/scheduled',
    { params: { path: { topic }, query } },
    {
      pageParamName: 'after',
      initialPageParam: null,
      getNextPageParam: ({ next }: { readonly next?: string }) => next,
      refetchInterval: periodMs,
    },
  )
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  const isComplete = data?.pages.every(page => page.isComplete) ?? true
  return (
    <Answer of={pages}>
      {() => (
        <>
          <Table
            label={isRefused ? 'Refused messages' : 'Messages that wait for their time'}
            columns={columnsOf(topic, isRefused ? null : onTake)}
            rows={data?.pages.flatMap(({ items }) => items) ?? []}
            keyOf={({ id }) => id}
            textOf={({ id, messageId }) => `${id} ${messageId}`}
            whenEmpty={
              isRefused ? 'Kafka has refused none.' : 'None waits. Publish with Deliver-At or Deliver-After.'
            }
          />
          {!isComplete && <Text size="sm">There was no time to look at all that waits.</Text>}
          {hasNextPage && (
            <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show more
            </Button>
          )}
        </>
      )}
    </Answer>
  )
}

function columnsOf(topic: string, onTake: ((id: string) => void) | null): readonly Column<Item>[] {
  const columns: readonly Column<Item>[] = [
    { title: 'Due', by: ({ deliverAt }) => deliverAt, cell: ({ deliverAt }) => <Moment at={deliverAt} /> },
    {
      title: 'Published',
      by: ({ publishedAt }) => publishedAt,
      cell: ({ publishedAt }) => <Moment at={publishedAt} />,
    },
    {
      title: 'Message',
      cell: ({ messageId }) => <Go to={traceOf(topic, messageId)}>{messageId}</Go>,
    },
    figureColumn('Size', ({ bodyBytes }) => bodyBytes, bytesOf),
  ]
  if (onTake === null) return [...columns, { title: 'Why', cell: ({ reason }) => reason }]
  const take: Column<Item> = {
    title: 'Take back',
    cell: ({ id }) => (
      <Button variant="default" size="compact-sm" onClick={() => onTake(id)} aria-label={`Take back ${id}`}>
        Take back
      </Button>
    ),
  }
  return [...columns, take]
}
