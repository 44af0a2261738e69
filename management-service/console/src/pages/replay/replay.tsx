/**
 * Delivering a stretch of the topic again to one subscription, and the replays that were asked for.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { PageParams } from '../../app/page-route.js'
import { Section } from '../../ui/section.js'
import { SubscriptionFrame } from '../subscriptions/frame.js'
import { namesIn } from '../subscriptions/names.js'
import { ReplayForm } from './replay-form.js'
import { Tasks } from './tasks.js'

/** The page. */
export function Page({ params }: { readonly params: PageParams }): ReactNode {
  const names = namesIn(params)
  return (
    <SubscriptionFrame names={names} part="replay">
      {() => (
        <>
          <Section title="Deliver messages again">
            <Text size="sm" c="dimmed">
              A replay goes on beside normal delivery: the subscription's place in the topic stays where it
              is, messages keep their ids, and its filters are asked.
            </Text>
            <ReplayForm names={names} />
          </Section>
          <Tasks names={names} kind="replay" title="Replays" />
        </>
      )}
    </SubscriptionFrame>
  )
}
