/**
 * An edited copy of a dead letter: its body, key and headers, and what differs from the original before it is
 * sent to the dead letters.
 */
import { Button, Checkbox, Group, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { ActionDialog } from '../../ui/action-dialog.js'
import { pathTo, type Names } from '../subscriptions/names.js'
import { copyCallOf, draftOf, draftText, type CopyDraft } from './copy-draft.js'
import type { LetterDetail } from './letter-shape.js'

const DiffView = lazy(async () => ({ default: (await import('../../ui/diff-view.js')).DiffView }))

interface EditCopyProps {
  readonly names: Names
  readonly letter: LetterDetail
  readonly onLeave: () => void
}

/** The form. */
export function EditCopy({ names, letter, onLeave }: EditCopyProps): ReactNode {
  const [first] = useState(() => draftOf(letter))
  const [draft, setDraft] = useState(first)
  const [isAsked, dialog] = useDisclosure(false)
  const [, go] = useLocation()
  const change = (part: Partial<CopyDraft>): void => setDraft(old => ({ ...old, ...part }))
  const call = copyCallOf(pathTo(names, 'dead-letters', letter.id, 'copy'), first, draft)
  return (
    <Stack>
      <CopyFields draft={draft} onChange={change} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onLeave}>
          Leave it
        </Button>
        <Button onClick={dialog.open} disabled={draftText(draft) === draftText(first)}>
          Compare and send
        </Button>
      </Group>
      <ActionDialog
        isOpen={isAsked}
        onClose={dialog.close}
        title="Make this copy?"
        verb="Make the copy"
        done="Copy made: redrive it when it is right"
        call={call}
        onDone={answer => go(pathTo(names, 'dead-letters', (answer as { readonly id: string }).id))}
      >
        <Text size="sm">What changes:</Text>
        <Suspense fallback="Comparing">
          {isAsked && <DiffView before={draftText(first)} after={draftText(draft)} />}
        </Suspense>
      </ActionDialog>
    </Stack>
  )
}

interface CopyFieldsProps {
  readonly draft: CopyDraft
  readonly onChange: (part: Partial<CopyDraft>) => void
}

function CopyFields({ draft, onChange }: CopyFieldsProps): ReactNode {
  return (
    <>
      <Textarea
        label="Body"
        autoFocus
        description={draft.isText ? undefined : 'Bytes that are no text: edited as Base64'}
        value={draft.body}
        onChange={event => onChange({ body: event.currentTarget.value })}
        autosize
        minRows={6}
        maxRows={24}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <TextInput
        label="Key"
        description="Left empty: none"
        value={draft.key}
        onChange={event => onChange({ key: event.currentTarget.value })}
      />
      <Textarea
        label="Headers"
        description="What the publisher sent along, a line each: Name: value"
        value={draft.headers}
        onChange={event => onChange({ headers: event.currentTarget.value })}
        autosize
        minRows={2}
      />
      <Checkbox
        label="In place of the original"
        description="Otherwise both stay in the list"
        checked={draft.isReplacing}
        onChange={event => onChange({ isReplacing: event.currentTarget.checked })}
      />
    </>
  )
}
