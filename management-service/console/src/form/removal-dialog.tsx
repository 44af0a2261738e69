/**
 * The dialog before a definition is removed: the person types its name first.
 * Takes the definition as it is shown. Gives a call for the version that was in sight when the dialog opened;
 * what somebody else changed since is told, and the removal goes on only when the person says so again.
 */
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import type { Call } from '../api/call.js'
import { versionOf } from '../api/versions.js'
import { DangerDialog } from '../ui/danger-dialog.js'
import { ConflictNotice } from './conflict-notice.js'
import type { Draft } from './pointer.js'

interface RemovalDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  /** Such as `topic`. */
  readonly what: string
  readonly name: string
  /** Of the definition. */
  readonly path: string
  readonly definition: Draft
  readonly onDone: () => void
  /** What goes with it. */
  readonly children: ReactNode
}

interface Seen {
  readonly definition: Draft
  readonly version: string | null
}

/** The dialog. */
export function RemovalDialog(props: RemovalDialogProps): ReactNode {
  const { isOpen, onClose, what, name, path, definition, onDone, children } = props
  const [seen, setSeen] = useState<Seen | null>(null)
  if (isOpen && seen === null) setSeen({ definition, version: versionOf(path) })
  if (!isOpen && seen !== null) setSeen(null)
  const call = (version: string | null): Call => ({ method: 'DELETE', path, ifMatch: version })
  return (
    <DangerDialog
      {...{ isOpen, onClose, name, onDone }}
      title={`Remove ${name}?`}
      verb={`Remove the ${what}`}
      done={`Removed: the ${what} ${name}`}
      call={call(seen?.version ?? null)}
      conflict={send => (
        <ConflictNotice
          path={path}
          began={seen?.definition ?? definition}
          mine={seen?.definition ?? definition}
          secrets={[]}
          about="It would be removed as it is now."
        >
          {({ version }) => (
            <Button size="xs" color="red.9" onClick={() => send(call(version))}>
              Remove it all the same
            </Button>
          )}
        </ConflictNotice>
      )}
    >
      {children}
    </DangerDialog>
  )
}
