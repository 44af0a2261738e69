/**
 * The dialog before something is changed: what will happen, its command, and what management says against it.
 * Takes a call. Gives it to management when the person confirms; closes when it was done.
 */
import { Button, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Call } from '../api/call.js'
import type { ApiProblem } from '../api/problem.js'
import { useAction } from '../api/use-action.js'
import { Curl } from './curl.js'
import { Problem } from './problem.js'

export interface ActionDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly title: string
  /** What the button says: a verb. */
  readonly verb: string
  /** Said when it was done. */
  readonly done: string
  /** The call; null while the person has not said enough. */
  readonly call: Call | null
  /** Whether it takes something away. */
  readonly isDangerous?: boolean
  readonly onDone?: (answer: unknown) => void
  /** What is told where another version is there than the call is for; `send` sends another call. */
  readonly conflict?: (send: (call: Call) => void) => ReactNode
  readonly children?: ReactNode
}

/** The dialog. */
export function ActionDialog(props: ActionDialogProps): ReactNode {
  const { isOpen, onClose, title, verb, done, call, isDangerous = false, onDone, conflict, children } = props
  const isConflict = ({ code }: ApiProblem): boolean => conflict !== undefined && code === 'CONFLICT'
  const action = useAction({
    done,
    onDone: answer => {
      onClose()
      onDone?.(answer)
    },
    isTold: isConflict,
  })
  const hasConflict = action.error !== null && isConflict(action.error)
  const close = (): void => {
    action.reset()
    onClose()
  }
  return (
    <Modal opened={isOpen} onClose={close} title={title} size="lg">
      <Stack>
        {children}
        {hasConflict && conflict?.(action.mutate)}
        {action.error !== null && !hasConflict && <Problem error={action.error} />}
        {call !== null && <Curl call={call} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button
            color={isDangerous ? 'red.9' : undefined}
            disabled={call === null || hasConflict}
            loading={action.isPending}
            onClick={() => call !== null && action.mutate(call)}
          >
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
