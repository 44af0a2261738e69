/**
 * The secret of a key, shown once: nothing keeps it.
 */
import { Alert, Button, Code, CopyButton, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode } from 'react'

interface ShownSecretProps {
  readonly secret: string | null
  readonly onClose: () => void
}

/** The dialog. */
export function ShownSecret({ secret, onClose }: ShownSecretProps): ReactNode {
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title="The secret of the key"
      closeOnClickOutside={false}
    >
      <Stack>
        <Alert color="orange" title="Copy it now">
          It is shown this once. Iris keeps its hash alone; who loses it rotates the key.
        </Alert>
        <Code block>{secret}</Code>
        <Group justify="flex-end">
          <CopyButton value={secret ?? ''}>
            {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
          </CopyButton>
          <Button variant="default" onClick={onClose}>
            I have it
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
