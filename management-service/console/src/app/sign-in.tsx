/**
 * Who the console speaks for: the button that tells it, and the dialog that asks for a key.
 */
import { ActionIcon, Tooltip } from '@mantine/core'
import { IconKey, IconKeyOff } from '@tabler/icons-react'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { askForKey, session } from '../api/session.js'

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

const Dialog = lazy(async () => ({ default: (await import('./sign-in-dialog.js')).SignInDialog }))

/** The dialog, loaded when management asks who calls, or the person wants to tell. */
export function SignIn(): ReactNode {
  const { isAsked } = session.use()
  const [wasAsked, setWasAsked] = useState(false)
  if (isAsked && !wasAsked) setWasAsked(true)
  return wasAsked ? (
    <Suspense>
      <Dialog />
    </Suspense>
  ) : null
}
