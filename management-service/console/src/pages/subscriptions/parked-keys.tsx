/**
 * The keys of an ordered subscription that are parked behind a dead letter, and how they are let go.
 */
import { Button, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useState } from 'react'
import type { Call } from '../../api/call.js'
import { api, type ReadOf } from '../../api/client.js'
import { ActionDialog } from '../../ui/action-dialog.js'
import { Answer } from '../../ui/answer.js'
import { Moment } from '../../ui/moment.js'
import { Section } from '../../ui/section.js'
import { Table, type Column } from '../../ui/table.js'
import { pathTo, readingOf, type Names } from './names.js'
import type { Subscription } from './subscription-shape.js'

const refetchInterval = 5000

type ParkedKey = ReadOf<'/topics/{topic}/subscriptions/{subscription}/parked-keys'>['items'][number]

interface ParkedKeysProps {
  readonly names: Names
  readonly subscription: Subscription
}

/** The keys, where the subscription parks any. */
export function ParkedKeys({ names, subscription }: ParkedKeysProps): ReactNode {
  if (subscription.retry?.onKeyFailure !== 'PARK') return null
  return <Keys names={names} />
}

function Keys({ names }: { readonly names: Names }): ReactNode {
  const [asked, setAsked] = useState<Call | null>(null)
  const path = '/topics/{topic}/subscriptions/{subscription}/parked-keys'
  const keys = api.useQuery('get', path, readingOf(names), { refetchInterval })
  const release = (...which: readonly string[]): void =>
    setAsked({ method: 'DELETE', path: pathTo(names, 'parked-keys', ...which) })
  return (
    <Section
      title="Parked keys"
      actions={
        (keys.data?.items.length ?? 0) > 0 && (
          <Button variant="default" size="xs" onClick={() => release()}>
            Release all
          </Button>
        )
      }
    >
      <Text size="sm" c="dimmed">
        A message of these keys became a dead letter, so what follows it goes to the dead letters untried. Put
        the dead letters right first, in their order, then release the key.
      </Text>
      <Answer of={keys}>
        {({ items }) => (
          <Table
            label="Keys that are parked"
            name="parked"
            columns={columnsWith(hash => release(hash))}
            rows={items}
            keyOf={({ hash }) => hash}
            textOf={({ key, reason }) => `${key} ${reason}`}
            whenEmpty="No key is parked."
          />
        )}
      </Answer>
      <ActionDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title="Release from parking?"
        verb="Release"
        done="Released: what comes from now on is tried again"
        call={asked}
      >
        What was read just now may still be parked, so look at the dead letters once more afterwards.
      </ActionDialog>
    </Section>
  )
}

function columnsWith(release: (hash: string) => void): readonly Column<ParkedKey>[] {
  return [
    { title: 'Key', by: ({ key }) => key, cell: ({ key }) => key },
    { title: 'Since', by: ({ since }) => since, cell: ({ since }) => <Moment at={since} /> },
    {
      title: 'Behind',
      by: ({ offset }) => offset,
      cell: ({ partition, offset }) => `offset ${offset} of partition ${partition}`,
    },
    { title: 'Because', by: ({ reason }) => reason, cell: ({ reason }) => reason },
    {
      title: 'Release',
      cell: ({ hash, key }) => (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => release(hash)}
          aria-label={`Release ${key}`}
        >
          Release
        </Button>
      ),
    },
  ]
}
