/**
 * A page of dead letters, the newest first; some can be marked for what is done with them.
 */
import { Button, Checkbox, Group } from '@mantine/core'
import { keepPreviousData } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'wouter'
import { api, type ReadOf } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Bounded } from '../../ui/bounded.js'
import { Go } from '../../ui/go.js'
import { Moment } from '../../ui/moment.js'
import { Table, type Column } from '../../ui/table.js'
import { pathTo, type Names } from '../subscriptions/names.js'
import { traceOf } from '../trace/addresses.js'
import { beginningOf } from './letter-body.js'
import { addressWith, type LetterFilter } from './letter-filter.js'

const pageSize = 20
const idLettersMax = 13
const refetchInterval = 5000

type Letter = ReadOf<'/topics/{topic}/subscriptions/{subscription}/dead-letters'>['items'][number]

interface LettersProps {
  readonly names: Names
  readonly filter: LetterFilter
  readonly marked: ReadonlySet<string>
  readonly onMark: (marked: ReadonlySet<string>) => void
}

/** The page. */
export function Letters({ names, filter, marked, onMark }: LettersProps): ReactNode {
  const [search] = useSearchParams()
  const after = search.get('after')
  const query = { ...filter, limit: pageSize, ...(after === null ? {} : { after }) } as Readonly<
    Record<string, unknown>
  >
  const page = api.useQuery(
    'get',
    '/topics/{topic}/subscriptions/{subscription}/dead-letters',
    { params: { path: names, query } },
    // The page before stays until the next one is there: so does the focus.
    { refetchInterval, placeholderData: keepPreviousData },
  )
  const address = pathTo(names, 'dead-letters')
  const mark = (ids: readonly string[], isMarked: boolean): void =>
    onMark(isMarked ? new Set([...marked, ...ids]) : new Set([...marked].filter(id => !ids.includes(id))))
  return (
    <Answer of={page}>
      {({ items, next }) => (
        <>
          {items.length > 1 && <MarkPage ids={items.map(({ id }) => id)} marked={marked} onMark={mark} />}
          <Table
            label="Dead letters"
            columns={columnsFor({ names, marked, onMark: mark })}
            rows={items}
            keyOf={({ id }) => id}
            whenEmpty={
              next === undefined ? 'There is none here.' : 'None on this page; there may be older ones.'
            }
          />
          <Group gap="xs">
            {after !== null && (
              <Button component={Link} href={addressWith(address, filter)} size="xs" variant="default">
                The newest
              </Button>
            )}
            {next !== undefined && (
              <Button component={Link} href={olderThan(address, filter, next)} size="xs" variant="default">
                Older
              </Button>
            )}
          </Group>
        </>
      )}
    </Answer>
  )
}

function olderThan(address: string, filter: LetterFilter, next: string): string {
  return `${address}?${new URLSearchParams({ ...filter, after: next }).toString()}`
}

interface Marking {
  readonly marked: ReadonlySet<string>
  readonly onMark: (ids: readonly string[], isMarked: boolean) => void
}

function MarkPage({ ids, marked, onMark }: Marking & { readonly ids: readonly string[] }): ReactNode {
  const count = ids.filter(id => marked.has(id)).length
  return (
    <Checkbox
      size="xs"
      label={`Mark all ${ids.length} on this page`}
      checked={count === ids.length}
      indeterminate={count > 0 && count < ids.length}
      onChange={event => onMark(ids, event.currentTarget.checked)}
    />
  )
}

function columnsFor({
  names,
  marked,
  onMark,
}: Marking & { readonly names: Names }): readonly Column<Letter>[] {
  return [
    {
      title: 'Marked',
      cell: ({ id }) => (
        <Checkbox
          size="xs"
          checked={marked.has(id)}
          onChange={event => onMark([id], event.currentTarget.checked)}
          aria-label={`Mark ${id}`}
        />
      ),
    },
    { title: 'Died', by: ({ time }) => time, cell: ({ time }) => <Moment at={time} /> },
    {
      title: 'Reason',
      by: ({ reason }) => reason,
      cell: ({ id, reason }) => (
        <Bounded>
          <Go to={pathTo(names, 'dead-letters', id)}>{reason || 'not told'}</Go>
        </Bounded>
      ),
    },
    { title: 'Body', cell: ({ body }) => <Bounded>{beginningOf(body)}</Bounded> },
    {
      title: 'Status',
      by: row => row.lastStatus ?? null,
      cell: row => row.lastStatus ?? '–',
      isNumeric: true,
    },
    { title: 'Attempts', by: ({ attempts }) => attempts, cell: ({ attempts }) => attempts, isNumeric: true },
    {
      title: 'Partition / offset',
      by: ({ offset }) => offset,
      cell: ({ partition, offset }) => `${partition} / ${offset}`,
    },
    {
      title: 'Message',
      by: ({ messageId }) => messageId,
      cell: ({ messageId }) => (
        <Go to={traceOf(names.topic, messageId)}>
          <span title={messageId}>{shortened(messageId)}</span>
        </Go>
      ),
    },
  ]
}

/** Enough of an id to tell it from its neighbours; the letter has all of it. */
function shortened(messageId: string): string {
  return messageId.length <= idLettersMax ? messageId : `${messageId.slice(0, idLettersMax)}…`
}
