/**
 * Why there are dead letters: counted by what they were, by cause and by reason.
 */
import { SimpleGrid, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { api, type ReadOf } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Figures } from '../../ui/figures.js'
import { Go } from '../../ui/go.js'
import { Moment } from '../../ui/moment.js'
import { Section } from '../../ui/section.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { countOf } from '../../ui/words.js'
import { pathTo, readingOf, type Names } from '../subscriptions/names.js'
import { causeWord } from './cause-words.js'
import { addressWith, classWord } from './letter-filter.js'

const refetchInterval = 5000
/** The API finds reasons that contain a text of at most so many letters. */
const reasonCharsMax = 1000

type Summary = ReadOf<'/topics/{topic}/subscriptions/{subscription}/dead-letters/summary'>
type CauseCount = Summary['byCause'][number]
type ReasonCount = Summary['byReason'][number]

/** The counts. */
export function Causes({ names }: { readonly names: Names }): ReactNode {
  const path = '/topics/{topic}/subscriptions/{subscription}/dead-letters/summary'
  const summary = api.useQuery('get', path, readingOf(names), { refetchInterval })
  return (
    <Section title="Why there are dead letters">
      <Answer of={summary}>{told => <Counts told={told} address={pathTo(names, 'dead-letters')} />}</Answer>
    </Section>
  )
}

function Counts({ told, address }: { readonly told: Summary; readonly address: string }): ReactNode {
  const { total, byClass, byCause, byReason, otherReasons, oldest, newest, isComplete } = told
  if (total === 0) return <Text c="dimmed">There are none. What cannot be delivered would be kept here.</Text>
  return (
    <>
      <Figures
        figures={[
          { label: 'Dead letters', value: isComplete ? countOf(total) : `over ${countOf(total)}` },
          ...Object.entries(byClass).map(([name, count]) => ({
            label: classWord(name),
            value: <Go to={addressWith(address, { class: name })}>{countOf(count)}</Go>,
          })),
          { label: 'The newest', value: newest === undefined ? '–' : <Moment at={newest} /> },
          { label: 'The oldest', value: oldest === undefined ? '–' : <Moment at={oldest} /> },
        ]}
      />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Table
          label="Dead letters by cause"
          name="causes"
          columns={causeColumns(address)}
          rows={byCause}
          keyOf={({ cause }) => cause}
          whenEmpty="No cause is known."
        />
        <div>
          <Table
            label="Dead letters by reason"
            name="reasons"
            columns={reasonColumns(address)}
            rows={byReason}
            keyOf={({ reason }) => reason}
            whenEmpty="No reason is known."
          />
          {otherReasons > 0 && (
            <Text size="sm" c="dimmed">
              {countOf(otherReasons)} have other reasons.
            </Text>
          )}
        </div>
      </SimpleGrid>
    </>
  )
}

const count: Column<{ readonly count: number }> = figureColumn('Dead letters', row => row.count, countOf)

function causeColumns(address: string): readonly Column<CauseCount>[] {
  return [
    {
      title: 'Cause',
      by: ({ cause }) => causeWord(cause),
      cell: ({ cause }) => <Go to={addressWith(address, { cause })}>{causeWord(cause)}</Go>,
    },
    count,
    { title: 'The newest', by: ({ newest }) => newest, cell: ({ newest }) => <Moment at={newest} /> },
  ]
}

function reasonColumns(address: string): readonly Column<ReasonCount>[] {
  return [
    {
      title: 'Reason',
      by: ({ reason }) => reason,
      cell: ({ reason }) => (
        <Go to={addressWith(address, { reason: reason.slice(0, reasonCharsMax) })}>{reason || 'not told'}</Go>
      ),
    },
    count,
  ]
}
