/**
 * Who the console speaks for: the button that tells it, and the dialog that asks for a key.
 */
import { ActionIcon, Button, Group, Modal, PasswordInput, Stack, Text, Tooltip } from '@mantine/core'
import { IconKey, IconKeyOff } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type SyntheticEvent, type ReactNode } from 'react'
import { askForKey, session, signIn, signOut } from '../api/session.js'

/** Says whether a key is in use; opens the dialog. */
export function SignInButton(): ReactNode {
  const { key } = session.use()
  const label = key === null ? 'Sign in with a key' : 'Signed in with a key'
  const Icon = key === null ? IconKeyOff : IconKey
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="lg" aria-label={label} onClick={askForKey}>
        <Icon size={18} />
      </ActionIcon>
    </Tooltip>
  )
}

/** The dialog; it opens by itself when management asks who calls. */
export function SignIn(): ReactNode {
  const { key, isAsked } = session.use()
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const close = (): void => session.set({ ...session.get(), isAsked: false })
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    signIn(text.trim())
    setText('')
    void queries.resetQueries()
  }
  const leave = (): void => {
    signOut()
    void queries.resetQueries()
  }
  return (
    <Modal opened={isAsked} onClose={close} title="Who are you?">
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            Management asks for an API key or a token here. It is kept in this tab only and forgotten with it.
          </Text>
          <PasswordInput
            label="Key or token"
            value={text}
            onChange={event => setText(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
          <Group justify="flex-end">
            {key !== null && (
              <Button variant="default" onClick={leave}>
                Sign out
              </Button>
            )}
            <Button type="submit" disabled={text.trim() === ''}>
              Sign in
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
