/**
 * What all pages of one subscription share: its name and state, what can be done with it, and the way to its
 * other pages.
 */
import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { api } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { Page } from '../../ui/page.js'
import { PageLinks } from '../../ui/page-links.js'
import { Actions } from './actions.js'
import { EndpointName } from './endpoint-name.js'
import { pathTo, readingOf, type Names } from './names.js'
import { StateBadge } from './state-badge.js'
import type { Subscription } from './subscription-shape.js'

const refetchInterval = 5000

const parts = {
  overview: { label: 'Overview', below: [], query: '' },
  deadLetters: { label: 'Dead letters', below: ['dead-letters'], query: '' },
  replay: { label: 'Replay', below: ['replay'], query: '' },
  settings: { label: 'Settings', below: [], query: '?tab=settings' },
  signing: { label: 'Signing', below: [], query: '?tab=signing' },
} as const satisfies Readonly<Record<string, PartLink>>

interface PartLink {
  readonly label: string
  /** Below the address of the subscription. */
  readonly below: readonly string[]
  readonly query: string
}

/** A page, or tab, of a subscription. */
export type Part = keyof typeof parts

/** The part that `?tab=` of the subscription's own page means. */
export function partOfTab(tab: string | null): Part {
  return tab === 'settings' || tab === 'signing' ? tab : 'overview'
}

interface SubscriptionFrameProps {
  readonly names: Names
  readonly part: Part
  readonly children: (subscription: Subscription) => ReactNode
}

/** The frame. */
export function SubscriptionFrame({ names, part, children }: SubscriptionFrameProps): ReactNode {
  const read = api.useQuery('get', '/topics/{topic}/subscriptions/{subscription}', readingOf(names), {
    refetchInterval,
  })
  return (
    <Page
      title={names.subscription}
      part={part === 'overview' ? undefined : parts[part].label}
      above={[
        { label: 'Subscriptions', address: '/subscriptions' },
        { label: names.topic, address: pathOf('topics', names.topic) },
      ]}
      actions={read.data !== undefined && <Actions names={names} subscription={read.data} />}
    >
      {(read.data !== undefined || read.error === null) && <Parts names={names} part={part} />}
      <Answer of={read}>
        {subscription => (
          <>
            <Identity subscription={subscription} />
            {children(subscription)}
          </>
        )}
      </Answer>
    </Page>
  )
}

function Parts({ names, part }: Pick<SubscriptionFrameProps, 'names' | 'part'>): ReactNode {
  return (
    <PageLinks
      label={`Pages of ${names.subscription}`}
      links={Object.entries(parts).map(([name, { label, below, query }]) => ({
        label,
        address: pathTo(names, ...below) + query,
        isHere: name === part,
      }))}
    />
  )
}

function Identity({ subscription }: { readonly subscription: Subscription }): ReactNode {
  const { state, endpoint, owner, description, deliveryType, suspendedReason } = subscription
  return (
    <div>
      <Group gap="xs">
        <StateBadge state={state ?? ''} />
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {deliveryType === 'BATCH' ? 'in batches to' : 'to'} <EndpointName endpoint={endpoint ?? ''} /> ·
          owned by {owner?.id}
        </Text>
      </Group>
      {state === 'SUSPENDED' && typeof suspendedReason === 'string' && (
        <Text size="sm">Paused by Iris: {suspendedReason}</Text>
      )}
      {description !== null && description !== '' && (
        <Text size="sm" c="dimmed">
          {description}
        </Text>
      )}
    </div>
  )
}
