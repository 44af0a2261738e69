/**
 * A new subscription of a topic.
 */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { pathOf } from '../../api/call.js'
import type { PageParams } from '../../app/page-route.js'
import { DefinitionForm } from '../../form/definition-form.js'
import { Page as Frame } from '../../ui/page.js'
import { fieldsOf } from './fields.js'
import { pathTo } from './names.js'
import { withoutIdleToken } from './token.js'

/** The page. */
export function Page({ params }: { readonly params: PageParams }): ReactNode {
  const topic = params['topic'] ?? ''
  const [, go] = useLocation()
  return (
    <Frame
      title="New subscription"
      above={[
        { label: 'Subscriptions', address: '/subscriptions' },
        { label: topic, address: pathOf('topics', topic) },
      ]}
    >
      <Text c="dimmed">
        Every message of {topic} that is published from now on is sent to the endpoint as a POST, and tried
        again until it is taken.
      </Text>
      <DefinitionForm
        groups={fieldsOf({ topic, subscription: null })}
        first={{ topicName: topic, description: '', owner: { source: 'Plaintext' } }}
        isNew
        callOf={draft => ({
          method: 'POST',
          path: pathOf('topics', topic, 'subscriptions'),
          body: withoutIdleToken(draft),
        })}
        verb="Subscribe"
        done="Subscribed"
        onDone={draft => go(pathTo({ topic, subscription: String(draft['name']) }))}
      />
    </Frame>
  )
}
