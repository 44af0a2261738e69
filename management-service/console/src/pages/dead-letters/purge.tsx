/**
 * Removing dead letters for good, after the name of the subscription was typed.
 */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { notify } from '../../api/notify.js'
import { DangerDialog } from '../../ui/danger-dialog.js'
import { countOf } from '../../ui/words.js'
import { pathTo, type Names } from '../subscriptions/names.js'
import { selectionWords, type Selection } from './letter-filter.js'

interface PurgeProps {
  readonly names: Names
  readonly selection: Selection
  readonly onDone: () => void
}

/** The button with the dialog behind it. */
export function Purge({ names, selection, onDone }: PurgeProps): ReactNode {
  const [isOpen, dialog] = useDisclosure(false)
  const tell = (answer: unknown): void => {
    const { purged, isComplete } = answer as { readonly purged: number; readonly isComplete: boolean }
    if (!isComplete)
      void notify({
        message: `${countOf(purged)} are gone, and there was no time for all: purge once more`,
      })
    onDone()
  }
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconTrash size={14} />} onClick={dialog.open}>
        Purge
      </Button>
      <DangerDialog
        isOpen={isOpen}
        onClose={dialog.close}
        name={names.subscription}
        title="Remove for good?"
        verb="Purge"
        done="Purged"
        call={{ method: 'POST', path: pathTo(names, 'dead-letters', 'purge'), body: selection }}
        onDone={tell}
      >
        Removes {selectionWords(selection)}. They do not come back.
      </DangerDialog>
    </>
  )
}
