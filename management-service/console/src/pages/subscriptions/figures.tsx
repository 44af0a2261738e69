/**
 * The figures of a subscription: what waits, what goes out, what comes back, and at which pace.
 */
import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Figures as Row, type Figure } from '../../ui/figures.js'
import { bytesOf, countOf, rateOf } from '../../ui/words.js'
import { readingOf, type Names } from './names.js'
import { paceOf } from './pace.js'
import type { Diagnosis, Metrics, Subscription } from './subscription-shape.js'

const refetchInterval = 5000

interface FiguresProps {
  readonly names: Names
  readonly subscription: Subscription
  readonly diagnosis: Diagnosis | undefined
}

/** The figures. */
export function Figures({ names, subscription, diagnosis }: FiguresProps): ReactNode {
  const path = '/topics/{topic}/subscriptions/{subscription}/metrics'
  const metrics = api.useQuery('get', path, readingOf(names), { refetchInterval })
  const pace = paceOf(subscription, diagnosis)
  return (
    <Stack component="section" aria-labelledby="figures" gap="xs">
      <Title order={2} size="h4" id="figures">
        Figures
      </Title>
      <Answer of={metrics}>
        {told => (
          <>
            <Row
              figures={[
                { label: 'Waiting', value: countOf(diagnosis?.lag), note: 'messages not settled yet' },
                {
                  label: 'Delivered',
                  value: rateOf(Number(told.rate)),
                  note: `${countOf(told.delivered)} so far`,
                },
                {
                  label: 'Given up',
                  value: countOf(told.discarded),
                  note: 'dead letters, or discarded by rule',
                },
                { label: 'Tried again', value: rateOf(Number(told.retries)), note: 'retries a second' },
                { label: 'Output rate', value: pace?.output ?? '–', note: pace?.reason },
                { label: 'Circuit', value: pace?.circuit ?? '–' },
              ]}
            />
            <Title order={3} size="h5">
              Attempts by how they ended
            </Title>
            <Row figures={outcomes(told)} />
          </>
        )}
      </Answer>
      <Text size="xs" c="dimmed">
        Rates are those of the last ten seconds.
      </Text>
    </Stack>
  )
}

function outcomes(told: Metrics): readonly Figure[] {
  return [
    { label: 'Taken (2xx)', value: rateOf(Number(told.codes2xx)) },
    { label: 'Refused (4xx)', value: rateOf(Number(told.codes4xx)) },
    { label: 'Failed there (5xx)', value: rateOf(Number(told.codes5xx)) },
    { label: 'No answer in time', value: rateOf(Number(told.timeouts)) },
    { label: 'No answer', value: rateOf(Number(told.otherErrors)), note: 'refused connections, names, TLS' },
    { label: 'Bytes a second', value: bytesOf(Number(told.throughput)) },
  ]
}
