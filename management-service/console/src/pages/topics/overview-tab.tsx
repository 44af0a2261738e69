/**
 * A topic at a glance: how much flows, who publishes, who receives, where it is forwarded, and its
 * settings in words.
 */
import { Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Figures } from '../../ui/figures.js'
import { FlowCharts } from '../../ui/flow-charts.js'
import { Go } from '../../ui/go.js'
import { Lines } from '../../ui/lines.js'
import { Moment } from '../../ui/moment.js'
import { Section } from '../../ui/section.js'
import { bytesOf, countOf, rateOf } from '../../ui/words.js'
import { Publishers } from './publishers.js'
import { Forwards, Receivers } from './receivers.js'
import { settingsOf, type Topic } from './topic-words.js'

const periodMs = 5000

/** The tab. */
export function OverviewTab({ topic }: { readonly topic: Topic }): ReactNode {
  const name = topic.name ?? ''
  const path = { path: { topic: name } }
  const metrics = api.useQuery(
    'get',
    '/topics/{topic}/metrics',
    { params: path },
    { refetchInterval: periodMs },
  )
  return (
    <Stack gap="lg">
      <Answer of={metrics}>
        {({ published, volume, rate, deliveryRate, throughput, subscriptions }) => (
          <Figures
            figures={[
              { label: 'Published', value: rateOf(Number(rate)) },
              { label: 'Delivered', value: rateOf(Number(deliveryRate)) },
              { label: 'Bytes', value: `${bytesOf(Number(throughput))}/s` },
              { label: 'Messages so far', value: countOf(published) },
              { label: 'Bytes so far', value: bytesOf(volume) },
              { label: 'Subscriptions', value: countOf(subscriptions) },
            ]}
          />
        )}
      </Answer>
      <FlowCharts of={[name]} />
      <Publishers topic={topic} />
      <Receivers topic={name} />
      <Forwards topic={name} />
      <Section title="Settings">
        <Lines
          label={`Settings of ${name}`}
          lines={[
            ...settingsOf(topic),
            {
              about: 'Which key may do what',
              words: <Go to={`/keys?topic=${encodeURIComponent(name)}`}>Rights</Go>,
            },
            { about: 'Made', words: <Moment at={topic.createdAt * 1000} /> },
            { about: 'Changed last', words: <Moment at={topic.modifiedAt * 1000} /> },
          ]}
        />
      </Section>
    </Stack>
  )
}
