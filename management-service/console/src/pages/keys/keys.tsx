/**
 * API keys: who may do what, and the ways to make, rotate and revoke one.
 */
import { Badge, Button, Group, Modal, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { api, type ReadOf, type Shapes } from '../../api/client.js'
import { ActionDialog } from '../../ui/action-dialog.js'
import { Answer } from '../../ui/answer.js'
import { Moment } from '../../ui/moment.js'
import { Page as Frame } from '../../ui/page.js'
import { Table, type Column } from '../../ui/table.js'
import { NewKey } from './new-key.js'
import type { Holder } from './rights.js'
import { ShownSecret } from './shown-secret.js'
import { WhoMay } from './who-may.js'
import { YourRights } from './your-rights.js'

type Key = Shapes['ApiKey']
type Asked = { readonly what: 'rotate' | 'revoke'; readonly key: Key }

/** For so long a service has time to take the new secret. */
const oldValidForSeconds = 3600

/** The page. */
export function Page(): ReactNode {
  const [isFormOpen, form] = useDisclosure(false)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const keys = api.useQuery('get', '/keys')
  const caller = api.useQuery('get', '/roles/caller')
  const shown = keys.data ?? ownOf(caller.data)
  const show = (answer: unknown): void => setSecret((answer as { readonly key: string }).key)
  return (
    <Frame
      title="Keys and rights"
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={form.open}>
          New key
        </Button>
      }
    >
      <YourRights />
      <Answer of={keys}>
        {found => (
          <Table
            label="Keys"
            columns={columnsOf(setAsked)}
            rows={found}
            keyOf={({ name }) => name}
            textOf={({ name, roles, teams }) => [name, ...roles, ...teams].join(' ')}
            whenEmpty="There is no key yet. Management asks for one only where its access is switched on."
            firstOrder={{ column: 0, isDown: false }}
          />
        )}
      </Answer>
      {shown !== null && <WhoMay keys={shown} />}
      <Modal opened={isFormOpen} onClose={form.close} title="New key" size="lg">
        <NewKey
          onMade={made => {
            form.close()
            show(made)
          }}
        />
      </Modal>
      <Dialogs asked={asked} onClose={() => setAsked(null)} onSecret={show} />
      <ShownSecret secret={secret} onClose={() => setSecret(null)} />
    </Frame>
  )
}

/** Who may not see the keys sees what it may itself. */
function ownOf(caller: ReadOf<'/roles/caller'> | undefined): readonly Holder[] | null {
  return caller === undefined || caller.name === null ? null : [{ ...caller, name: caller.name }]
}

function columnsOf(ask: (asked: Asked) => void): readonly Column<Key>[] {
  return [
    { title: 'Name', by: ({ name }) => name, cell: ({ name }) => name },
    { title: 'Roles', cell: ({ roles }) => <Badges words={roles} /> },
    { title: 'Teams', cell: ({ teams }) => <Badges words={teams} /> },
    { title: 'Made', by: ({ createdAt }) => createdAt, cell: ({ createdAt }) => <Moment at={createdAt} /> },
    {
      title: 'Ends',
      by: ({ expiresAt }) => expiresAt ?? null,
      cell: ({ expiresAt }) => (expiresAt === undefined ? 'never' : <Moment at={expiresAt} />),
    },
    {
      title: 'Secrets',
      by: ({ secrets }) => secrets.length,
      cell: ({ secrets }) => secrets.length,
      isNumeric: true,
    },
    {
      title: 'Change',
      cell: key => (
        <Group gap="xs" wrap="nowrap">
          <Button size="compact-sm" variant="default" onClick={() => ask({ what: 'rotate', key })}>
            Rotate
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => ask({ what: 'revoke', key })}>
            Revoke
          </Button>
        </Group>
      ),
    },
  ]
}

function Badges({ words }: { readonly words: readonly string[] }): ReactNode {
  if (words.length === 0) return '–'
  return (
    <Group gap={4}>
      {words.map(word => (
        <Badge key={word} variant="default" tt="none" miw="max-content">
          {word}
        </Badge>
      ))}
    </Group>
  )
}

interface DialogsProps {
  readonly asked: Asked | null
  readonly onClose: () => void
  readonly onSecret: (answer: unknown) => void
}

function Dialogs({ asked, onClose, onSecret }: DialogsProps): ReactNode {
  const name = asked?.key.name ?? ''
  return (
    <>
      <ActionDialog
        isOpen={asked?.what === 'rotate'}
        onClose={onClose}
        title={`Give ${name} another secret?`}
        verb="Rotate"
        done="The key has another secret"
        call={{ method: 'POST', path: pathOf('keys', name, 'rotate'), body: { oldValidForSeconds } }}
        onDone={onSecret}
      >
        <Text>The old secret is taken for one more hour.</Text>
      </ActionDialog>
      <ActionDialog
        isOpen={asked?.what === 'revoke'}
        onClose={onClose}
        title={`Revoke ${name}?`}
        verb="Revoke"
        done="Key revoked"
        call={{ method: 'DELETE', path: pathOf('keys', name) }}
        isDangerous
      >
        <Text>Whoever uses it is refused from then on. A key cannot be brought back.</Text>
      </ActionDialog>
    </>
  )
}
