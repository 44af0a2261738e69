/**
 * The dialog that asks for a key; it stands open while one is asked for.
 */
import { Alert, Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode, type SyntheticEvent } from 'react'
import { closeDialog, session, signIn, signOut } from '../api/session.js'

/** The dialog. */
export function SignInDialog(): ReactNode {
  const { key, isAsked, isRefused } = session.use()
  const [text, setText] = useState('')
  const queries = useQueryClient()
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
    <Modal opened={isAsked} onClose={closeDialog} title="Who are you?">
      <form onSubmit={submit}>
        <Stack>
          {key !== null && isRefused && (
            <Alert color="red">
              Management does not take this key: it was revoked, has ended, or is not written right.
            </Alert>
          )}
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
