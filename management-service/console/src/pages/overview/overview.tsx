/**
 * The installation at a glance: what flows, what is stuck and what to do about it, what is under way.
 */
import { Alert, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Figures } from '../../ui/figures.js'
import { FlowCharts } from '../../ui/flow-charts.js'
import { Go } from '../../ui/go.js'
import { Page as Frame } from '../../ui/page.js'
import { countOf, many, rateOf } from '../../ui/words.js'
import { Busiest } from './busiest.js'
import { FirstSteps } from './first-steps.js'
import type { Overview } from './overview-shape.js'
import { Stuck } from './stuck.js'
import { Tasks } from './tasks.js'

const periodMs = 3000

/** The page. */
export function Page(): ReactNode {
  const overview = api.useQuery('get', '/overview', {}, { refetchInterval: periodMs })
  return (
    <Frame title="Overview">
      <Answer of={overview}>{data => <Parts overview={data} />}</Answer>
    </Frame>
  )
}

function Parts({ overview }: { readonly overview: Overview }): ReactNode {
  const { counts, busiest, tasks, problems } = overview
  const isNew = counts.topics === 0 || counts.subscriptions === 0
  return (
    <Stack gap="lg">
      {problems.map(problem => (
        <Alert key={problem} color="orange" icon={<IconAlertTriangle size={16} />} title={problem} />
      ))}
      <Now overview={overview} />
      {counts.topics > 0 && <FlowCharts />}
      {isNew && <FirstSteps overview={overview} />}
      {counts.subscriptions > 0 && <Stuck overview={overview} />}
      <Tasks tasks={tasks ?? []} />
      {counts.topics > 0 && <Busiest busiest={busiest} />}
    </Stack>
  )
}

function Now({ overview }: { readonly overview: Overview }): ReactNode {
  const { counts, rates, lag } = overview
  return (
    <Stack gap="xs">
      <Figures
        figures={[
          { label: 'Published', value: rateOf(rates.publishedPerS) },
          { label: 'Delivered', value: rateOf(rates.deliveredPerS) },
          { label: 'Attempts that failed', value: rateOf(rates.failedPerS) },
          { label: 'Given up: dead letters', value: rateOf(rates.discardedPerS) },
          { label: 'Messages that wait', value: countOf(lag) },
          { label: 'Stuck subscriptions', value: countOf(overview.stuckCount) },
        ]}
      />
      <Text size="sm" c="dimmed">
        <Go isInText to="/groups">
          {many(counts.groups, 'group')}
        </Go>
        ,{' '}
        <Go isInText to="/topics">
          {many(counts.topics, 'topic')}
        </Go>
        ,{' '}
        <Go isInText to="/subscriptions">
          {many(counts.subscriptions, 'subscription')}
        </Go>
        {counts.suspended > 0 && ` (${countOf(counts.suspended)} paused)`}
        <Living counts={overview.processCounts} />
      </Text>
    </Stack>
  )
}

function Living({ counts }: { readonly counts: Overview['processCounts'] }): ReactNode {
  if (counts === null) return null
  const { frontend, consumers, management } = counts
  return (
    <>
      . Running:{' '}
      <Go isInText to="/processes">
        {many(frontend, 'frontend')}, {countOf(consumers)} consumers, {countOf(management)} management
      </Go>
    </>
  )
}
