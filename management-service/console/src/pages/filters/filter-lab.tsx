/**
 * Filters tried on real messages before a subscription has them.
 * Takes a topic, and a subscription whose filters are the first draft, from the address. Gives which of the
 * newest messages would pass; the draft can be given to the subscription.
 */
import { Autocomplete, Button, Group, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState, type ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { pathOf, type Call } from '../../api/call.js'
import { api } from '../../api/client.js'
import { ActionDialog } from '../../ui/action-dialog.js'
import { Answer } from '../../ui/answer.js'
import { NoneYet } from '../../ui/none-yet.js'
import { Page as Frame } from '../../ui/page.js'
import { readDraft } from './draft.js'
import { DraftInput } from './draft-input.js'
import { Verdicts } from './verdicts.js'

const shownTopicsMax = 20

/** The page. */
export function Page(): ReactNode {
  const [params, setParams] = useSearchParams()
  const topic = params.get('topic') ?? ''
  const subscription = params.get('subscription') ?? ''
  const topics = api.useQuery('get', '/topics')
  return (
    <Frame title="Filter lab">
      <Text c="dimmed">
        A subscription gets the messages that pass all of its filters. Here they are tried on the newest
        messages of a topic; nothing is delivered or changed.
      </Text>
      <Autocomplete
        label="Topic"
        data={topics.data ?? []}
        limit={shownTopicsMax}
        value={topic}
        onChange={name => setParams(name === '' ? {} : { topic: name }, { replace: true })}
        maw={420}
      />
      {topic !== '' && topics.data?.includes(topic) === false && (
        <Text c="dimmed">
          <NoneYet>There is no topic {topic}.</NoneYet>
        </Text>
      )}
      {topics.data?.includes(topic) === true &&
        (subscription === '' ? (
          <Bench key={topic} topic={topic} subscription="" first="[]" />
        ) : (
          <OfSubscription topic={topic} subscription={subscription} />
        ))}
    </Frame>
  )
}

interface Subject {
  readonly topic: string
  /** Empty where the draft belongs to none. */
  readonly subscription: string
}

function OfSubscription({ topic, subscription }: Subject): ReactNode {
  const definition = api.useQuery('get', '/topics/{topic}/subscriptions/{subscription}', {
    params: { path: { topic, subscription } },
  })
  return (
    <Answer of={definition}>
      {({ filters }) => (
        <Bench topic={topic} subscription={subscription} first={JSON.stringify(filters ?? [], null, 2)} />
      )}
    </Answer>
  )
}

function Bench({ topic, subscription, first }: Subject & { readonly first: string }): ReactNode {
  const [text, setText] = useState(first)
  const [isSaving, saving] = useDisclosure(false)
  const definition = api.useQuery('get', '/topics/{topic}', { params: { path: { topic } } })
  const draft = readDraft(text)
  const save: Call | null =
    draft.filters === null
      ? null
      : {
          method: 'PUT',
          path: pathOf('topics', topic, 'subscriptions', subscription),
          body: { filters: draft.filters },
        }
  return (
    <Stack>
      <DraftInput
        text={text}
        contentType={definition.data?.contentType}
        problem={draft.problem}
        onChange={setText}
      />
      {subscription !== '' && (
        <Group>
          <Button variant="default" disabled={save === null || text === first} onClick={saving.open}>
            Give them to {subscription}
          </Button>
        </Group>
      )}
      {draft.filters !== null && <Verdicts topic={topic} filters={draft.filters} />}
      <ActionDialog
        isOpen={isSaving}
        onClose={saving.close}
        title={`Change the filters of ${subscription}?`}
        verb="Change them"
        done="Filters changed"
        call={save}
      >
        <Text>
          They count from the next message that is read. What was left out before is not sent later.
        </Text>
      </ActionDialog>
    </Stack>
  )
}
