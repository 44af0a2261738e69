/**
 * The figures of a subscription: what waits, what goes out, what comes back, and at which pace.
 */
import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Facts, type Fact } from '../../ui/facts.js'
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
            <Facts
              facts={[
                { name: 'Waiting', value: countOf(diagnosis?.lag), note: 'messages not settled yet' },
                {
                  name: 'Delivered',
                  value: rateOf(Number(told.rate)),
                  note: `${countOf(told.delivered)} so far`,
                },
                {
                  name: 'Given up',
                  value: countOf(told.discarded),
                  note: 'dead letters, or discarded by rule',
                },
                { name: 'Tried again', value: rateOf(Number(told.retries)), note: 'retries a second' },
                { name: 'Output rate', value: pace?.output ?? '–', note: pace?.reason },
                { name: 'Circuit', value: pace?.circuit ?? '–' },
              ]}
            />
            <Title order={3} size="h5">
              Attempts by how they ended
            </Title>
            <Facts facts={outcomes(told)} />
          </>
        )}
      </Answer>
      <Text size="xs" c="dimmed">
        Rates are those of the last ten seconds.
      </Text>
    </Stack>
  )
}

function outcomes(told: Metrics): readonly Fact[] {
  return [
    { name: 'Taken (2xx)', value: rateOf(Number(told.codes2xx)) },
    { name: 'Refused (4xx)', value: rateOf(Number(told.codes4xx)) },
    { name: 'Failed there (5xx)', value: rateOf(Number(told.codes5xx)) },
    { name: 'No answer in time', value: rateOf(Number(told.timeouts)) },
    { name: 'No answer', value: rateOf(Number(told.otherErrors)), note: 'refused connections, names, TLS' },
    { name: 'Bytes a second', value: bytesOf(Number(told.throughput)) },
  ]
}
