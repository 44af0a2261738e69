/**
 * The keys with which deliveries are signed: made, given to the receiver once, and retired.
 * Promises: a key is shown once, right after it was made, and is kept nowhere in the browser.
 */
import { Alert, Button, Code, CopyButton, Group, Text } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useDisclosure } from '@mantine/hooks'
import { useRef, useState, type ReactNode, type RefObject } from 'react'
import { ActionDialog } from '../../ui/action-dialog.js'
import { Section } from '../../ui/section.js'
import { Table, type Column } from '../../ui/table.js'
import { pathTo, type Names } from './names.js'
import type { Subscription } from './subscription-shape.js'

interface SigningKeysProps {
  readonly names: Names
  readonly subscription: Subscription
}

/** The keys. */
export function SigningKeys({ names, subscription }: SigningKeysProps): ReactNode {
  const [made, setMade] = useState<string | null>(null)
  const [retired, setRetired] = useState<string | null>(null)
  const making = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    setMade(null)
    making.current?.focus()
  }
  const masks = (subscription.signing?.keys ?? []).filter(mask => mask !== null)
  return (
    <Section title="Signing keys" actions={<NewKey names={names} button={making} onMade={setMade} />}>
      <Text size="sm" c="dimmed">
        With a key, every delivery carries a signature as Standard Webhooks has it, so that the receiver knows
        who sent it. To change a key: make a new one, give it to the receiver, then retire the old one. At
        most three sign at a time.
      </Text>
      {made !== null && <MadeKey made={made} onClose={close} />}
      <Table
        label="Keys that sign"
        columns={columnsWith(setRetired)}
        rows={masks.map((mask, index) => ({ mask, isNewest: index === 0 }))}
        keyOf={({ mask }) => mask}
        whenEmpty="Deliveries are not signed. Make a key to begin."
      />
      <ActionDialog
        isOpen={retired !== null}
        onClose={() => setRetired(null)}
        title="Retire this key?"
        verb="Retire"
        done="Key retired"
        call={
          retired === null
            ? null
            : { method: 'DELETE', path: pathTo(names, 'signing-keys', lettersOf(retired)) }
        }
        isDangerous
      >
        A receiver that knows only this key refuses deliveries from now on.{' '}
        {masks.length === 1 && 'It is the last one: deliveries are not signed any more.'}
      </ActionDialog>
    </Section>
  )
}

interface KeyRow {
  readonly mask: string
  readonly isNewest: boolean
}

function columnsWith(retire: (mask: string) => void): readonly Column<KeyRow>[] {
  return [
    { title: 'Ends with', cell: ({ mask }) => <Code>{lettersOf(mask)}</Code> },
    { title: 'Age', cell: ({ isNewest }) => (isNewest ? 'the newest' : 'older') },
    {
      title: 'Retire',
      cell: ({ mask }) => (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => retire(mask)}
          aria-label={`Retire the key ${lettersOf(mask)}`}
        >
          Retire
        </Button>
      ),
    },
  ]
}

/** The letters of a hash at the end of a mask, which name the key. */
function lettersOf(mask: string): string {
  return mask.slice(mask.lastIndexOf('*') + 1)
}

interface NewKeyProps {
  readonly names: Names
  /** Where the focus goes when the key that was made is put away. */
  readonly button: RefObject<HTMLButtonElement | null>
  readonly onMade: (key: string) => void
}

function NewKey({ names, button, onMade }: NewKeyProps): ReactNode {
  const [isOpen, dialog] = useDisclosure(false)
  return (
    <>
      <Button ref={button} leftSection={<IconPlus size={16} />} onClick={dialog.open}>
        New key
      </Button>
      <ActionDialog
        isOpen={isOpen}
        onClose={dialog.close}
        title="Make a signing key?"
        verb="Make the key"
        done="Key made: it signs beside those before it"
        call={{ method: 'POST', path: pathTo(names, 'signing-keys') }}
        onDone={answer => onMade((answer as { readonly key: string }).key)}
      >
        It is shown once. The first key makes deliveries signed from now on; of more than three the oldest
        goes.
      </ActionDialog>
    </>
  )
}

function MadeKey({ made, onClose }: { readonly made: string; readonly onClose: () => void }): ReactNode {
  return (
    <Alert color="teal" title="Give this key to the receiver now" role="status">
      <Code block>{made}</Code>
      <Text size="sm" my="xs">
        It is not shown again.
      </Text>
      <Group gap="xs">
        <CopyButton value={made}>
          {({ copied, copy }) => (
            <Button size="xs" onClick={copy}>
              {copied ? 'Copied' : 'Copy the key'}
            </Button>
          )}
        </CopyButton>
        <Button size="xs" variant="default" onClick={onClose}>
          I have it
        </Button>
      </Group>
    </Alert>
  )
}
