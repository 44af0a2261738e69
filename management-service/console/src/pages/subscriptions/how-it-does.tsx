/**
 * The figures of a subscription: what waits, what goes out, what comes back, and at which pace.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Figures, type Figure } from '../../ui/figures.js'
import { Section } from '../../ui/section.js'
import { bytesOf, countOf, rateOf } from '../../ui/words.js'
import { readingOf, type Names } from './names.js'
import { paceOf, type Pace } from './pace.js'
import type { Diagnosis, Metrics, Subscription } from './subscription-shape.js'

const refetchInterval = 5000

interface HowItDoesProps {
  readonly names: Names
  readonly subscription: Subscription
  readonly diagnosis: Diagnosis | undefined
}

/** The figures, below their heading. */
export function HowItDoes({ names, subscription, diagnosis }: HowItDoesProps): ReactNode {
  const path = '/topics/{topic}/subscriptions/{subscription}/metrics'
  const metrics = api.useQuery('get', path, readingOf(names), { refetchInterval })
  const pace = paceOf(subscription, diagnosis)
  return (
    <Section title="Figures">
      <Answer of={metrics}>{told => <Figures figures={figuresOf(told, pace, diagnosis?.lag)} />}</Answer>
      <Text size="xs" c="dimmed">
        Rates are those of the last ten seconds.
      </Text>
    </Section>
  )
}

function figuresOf(told: Metrics, pace: Pace | null, lag: number | null | undefined): readonly Figure[] {
  return [
    { label: 'Waiting', value: countOf(lag), note: 'messages not settled yet' },
    {
      label: 'Delivered',
      value: rateOf(Number(told.rate)),
      note: `${countOf(told.delivered)} so far; ${bytesOf(Number(told.throughput))}/s`,
    },
    { label: 'Given up', value: countOf(told.discarded), note: 'dead letters, or discarded by rule' },
    { label: 'Tried again', value: rateOf(Number(told.retries)), note: 'retries a second' },
    { label: 'Output rate', value: pace?.output ?? '–', note: pace?.reason },
    { label: 'Circuit', value: pace?.circuit ?? '–', note: pace?.flow },
  ]
}
