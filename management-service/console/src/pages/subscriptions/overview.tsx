/**
 * How a subscription does: what holds it back in plain words first, then its figures, why attempts fail, and
 * who runs it.
 */
import { Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { FlowCharts } from '../../ui/flow-charts.js'
import { Failures } from './failures.js'
import { HowItDoes } from './how-it-does.js'
import { readingOf, type Names } from './names.js'
import { Owners } from './owners.js'
import { ParkedKeys } from './parked-keys.js'
import type { Diagnosis, Subscription } from './subscription-shape.js'
import { Why } from './why.js'

const refetchInterval = 3000

interface OverviewProps {
  readonly names: Names
  readonly subscription: Subscription
}

/** The overview. */
export function Overview({ names, subscription }: OverviewProps): ReactNode {
  const reading = readingOf(names)
  const why = api.useQuery('get', '/topics/{topic}/subscriptions/{subscription}/why', reading, {
    refetchInterval,
    // It is told as text too, so that its type is open: what this client accepts is JSON.
    select: told => told as Diagnosis,
  })
  return (
    <Stack>
      <Answer of={why}>{diagnosis => <Why names={names} diagnosis={diagnosis} />}</Answer>
      <HowItDoes names={names} subscription={subscription} diagnosis={why.data} />
      <Failures names={names} diagnosis={why.data} toldAtMs={why.dataUpdatedAt} />
      <FlowCharts of={[names.topic, names.subscription]} />
      <ParkedKeys names={names} subscription={subscription} />
      <Owners names={names} />
    </Stack>
  )
}
