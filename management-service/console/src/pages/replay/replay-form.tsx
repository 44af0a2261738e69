/**
 * What to deliver again, how fast and where to; counted before it is begun.
 */
import { Button, Group, NumberInput, SimpleGrid, Switch, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState, type ReactNode } from 'react'
import { nowMs } from '../../time/clock.js'
import { ActionDialog } from '../../ui/action-dialog.js'
import { pathTo, type Names } from '../subscriptions/names.js'
import { Counted } from './counted.js'
import { firstReplay, replayCallOf, type ReplayDraft } from './replay-call.js'

const hourMs = 3_600_000
const starts = [
  { label: 'All that Kafka holds', ms: null },
  { label: 'The last hour', ms: hourMs },
  { label: 'The last day', ms: 24 * hourMs },
] as const

/** The form. */
export function ReplayForm({ names }: { readonly names: Names }): ReactNode {
  const [draft, setDraft] = useState(firstReplay)
  const [isAsked, dialog] = useDisclosure(false)
  const change = (part: Partial<ReplayDraft>): void => setDraft(old => ({ ...old, ...part }))
  const call = replayCallOf(pathTo(names, 'replay'), draft)
  return (
    <>
      <Stretch draft={draft} onChange={change} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput
          label="Speed"
          description="Messages a second; left out: the subscription's own rate"
          value={draft.rate ?? ''}
          min={0.01}
          onChange={value => change({ rate: typeof value === 'number' ? value : null })}
        />
        <TextInput
          label="Another endpoint"
          description="Left out: the subscriber's"
          value={draft.endpoint}
          onChange={event => change({ endpoint: event.currentTarget.value })}
        />
      </SimpleGrid>
      <Switch
        label="What fails becomes a dead letter"
        description="Otherwise it is counted, and the first hundred are named"
        checked={draft.deadLetters}
        onChange={event => change({ deadLetters: event.currentTarget.checked })}
      />
      <Group justify="flex-end">
        <Button onClick={dialog.open}>Count, then replay</Button>
      </Group>
      <ActionDialog
        isOpen={isAsked}
        onClose={dialog.close}
        title="Deliver these again?"
        verb="Replay"
        done="The replay has begun"
        call={call}
      >
        {isAsked && <Counted call={call} />}
      </ActionDialog>
    </>
  )
}

interface StretchProps {
  readonly draft: ReplayDraft
  readonly onChange: (part: Partial<ReplayDraft>) => void
}

function Stretch({ draft, onChange }: StretchProps): ReactNode {
  return (
    <>
      <Group gap="xs" role="group" aria-label="From where">
        {starts.map(({ label, ms }) => (
          <Button
            key={label}
            size="compact-sm"
            variant="default"
            onClick={() =>
              onChange({ from: ms === null ? 'earliest' : new Date(nowMs() - ms).toISOString() })
            }
          >
            {label}
          </Button>
        ))}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label="From"
          description={'earliest, a moment such as 2026-05-01T12:00:00Z, or offsets by partition: {"0": 17}'}
          value={draft.from}
          onChange={event => onChange({ from: event.currentTarget.value })}
        />
        <TextInput
          label="To"
          description="A moment; left out: until now"
          value={draft.to}
          onChange={event => onChange({ to: event.currentTarget.value })}
        />
      </SimpleGrid>
    </>
  )
}
