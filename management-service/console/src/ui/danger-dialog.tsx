/**
 * The dialog before something is taken away for good: the person types its name first.
 * Takes what the dialog of an action takes, and the name. Gives the call only once the name was typed.
 */
import { TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { ActionDialog, type ActionDialogProps } from './action-dialog.js'

interface DangerDialogProps extends ActionDialogProps {
  /** What has to be typed. */
  readonly name: string
}

/** The dialog. */
export function DangerDialog({ name, children, ...props }: DangerDialogProps): ReactNode {
  const [typed, setTyped] = useState('')
  const close = (): void => {
    setTyped('')
    props.onClose()
  }
  return (
    <ActionDialog {...props} onClose={close} call={typed === name ? props.call : null} isDangerous>
      {children}
      <TextInput
        label={`Type ${name} to go on`}
        value={typed}
        onChange={event => setTyped(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
    </ActionDialog>
  )
}
