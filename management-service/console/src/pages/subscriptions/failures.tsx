/**
 * Why attempts of a subscription fail: how often by each cause, when last, and the dead letters that came
 * of it.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { useTellable } from '../../ui/answer.js'
import { Go } from '../../ui/go.js'
import { Moment } from '../../ui/moment.js'
import { Problem } from '../../ui/problem.js'
import { Section } from '../../ui/section.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { countOf, many } from '../../ui/words.js'
import { causeWord } from '../dead-letters/cause-words.js'
import { addressWith } from '../dead-letters/letter-filter.js'
import { failuresOf, percentOf, type FailuresOfCause } from './failures-of.js'
import { pathTo, readingOf, type Names } from './names.js'
import type { Diagnosis } from './subscription-shape.js'

/** All dead letters are looked at for it, so it is asked less often than the rest. */
const refetchInterval = 30_000

interface FailuresProps {
  readonly names: Names
  readonly diagnosis: Diagnosis | undefined
  /** When the diagnosis came, in milliseconds since 1970. */
  readonly toldAtMs: number
}

/** The part; what is not known yet is left open. */
export function Failures({ names, diagnosis, toldAtMs }: FailuresProps): ReactNode {
  const path = '/topics/{topic}/subscriptions/{subscription}/dead-letters/summary'
  const letters = api.useQuery('get', path, readingOf(names), { refetchInterval })
  const problem = useTellable(letters.error)
  const lastMinute = diagnosis?.lastMinute
  const isTold = lastMinute !== null && lastMinute !== undefined
  return (
    <Section title="Why attempts fail">
      {problem !== null && <Problem error={problem} />}
      <Table
        label="Failures by cause"
        name="causes"
        columns={columnsFor(names)}
        rows={failuresOf(lastMinute, toldAtMs, letters.data?.byCause)}
        keyOf={({ cause }) => cause}
        whenEmpty={
          isTold
            ? 'No attempt failed in the last minute, and there are no dead letters.'
            : 'There are no dead letters.'
        }
      />
      <Text size="xs" c="dimmed">
        {isTold
          ? `Of ${many(lastMinute.attempts, 'attempt')} in the last minute.`
          : 'Attempts of the last minute are not known: no process tells of them, or one does not tell why they failed.'}
        {letters.data?.isComplete === false && ' There are more dead letters than were counted here.'}
      </Text>
    </Section>
  )
}

function columnsFor(names: Names): readonly Column<FailuresOfCause>[] {
  const address = pathTo(names, 'dead-letters')
  return [
    {
      title: 'Cause',
      by: ({ cause }) => causeWord(cause),
      cell: ({ cause, detail }) => (
        <>
          {causeWord(cause)}
          {detail !== '' && detail !== causeWord(cause) && (
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {detail}
            </Text>
          )}
        </>
      ),
    },
    figureColumn('Last minute', ({ attempts }) => attempts, countOf),
    figureColumn('Share', ({ share }) => share, percentOf),
    {
      title: 'Dead letters',
      by: ({ letters }) => letters,
      cell: ({ cause, letters }) =>
        letters === null || letters === 0 ? (
          countOf(letters)
        ) : (
          <Go to={addressWith(address, { cause })}>{countOf(letters)}</Go>
        ),
      isNumeric: true,
    },
    {
      title: 'Last',
      by: ({ lastAtMs }) => lastAtMs,
      cell: ({ lastAtMs }) => (lastAtMs === null ? '–' : <Moment at={lastAtMs} />),
    },
  ]
}
