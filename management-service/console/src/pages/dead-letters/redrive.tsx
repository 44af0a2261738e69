/**
 * Sending dead letters again: which, how fast and where to, counted first.
 */
import { Button, NumberInput, SimpleGrid, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconSend } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import type { Call } from '../../api/call.js'
import { ActionDialog } from '../../ui/action-dialog.js'
import { pathTo, type Names } from '../subscriptions/names.js'
import { Counted } from '../replay/counted.js'
import { selectionWords, type Selection } from './letter-filter.js'

interface RedriveProps {
  readonly names: Names
  readonly selection: Selection
  readonly onDone: () => void
}

/** The button with the dialog behind it. */
export function Redrive({ names, selection, onDone }: RedriveProps): ReactNode {
  const [isOpen, dialog] = useDisclosure(false)
  const [rate, setRate] = useState<number | null>(null)
  const [endpoint, setEndpoint] = useState('')
  const call: Call = {
    method: 'POST',
    path: pathTo(names, 'dead-letters', 'redrive'),
    body: {
      ...selection,
      ...(rate === null ? {} : { rate }),
      ...(endpoint === '' ? {} : { endpoint }),
    },
  }
  return (
    <>
      <Button size="xs" leftSection={<IconSend size={14} />} onClick={dialog.open}>
        Redrive
      </Button>
      <ActionDialog
        isOpen={isOpen}
        onClose={dialog.close}
        title="Send again?"
        verb="Redrive"
        done="The redrive has begun"
        call={call}
        onDone={onDone}
      >
        Sends {selectionWords(selection)} to the subscriber again. What is delivered is gone from the list;
        what fails stays in it.
        {isOpen && <Counted call={call} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <NumberInput
            label="Speed"
            description="Messages a second; left out: the subscription's own rate"
            value={rate ?? ''}
            min={0.01}
            onChange={value => setRate(typeof value === 'number' ? value : null)}
          />
          <TextInput
            label="Another endpoint"
            description="Left out: the subscriber's"
            value={endpoint}
            onChange={event => setEndpoint(event.currentTarget.value)}
          />
        </SimpleGrid>
      </ActionDialog>
    </>
  )
}
