/**
 * What can be done with a subscription as a whole: pause it, let it go on, remove it.
 */
import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { pathOf } from '../../api/call.js'
import { RemovalDialog } from '../../form/removal-dialog.js'
import { ActionDialog } from '../../ui/action-dialog.js'
import { pathTo, type Names } from './names.js'
import type { Subscription } from './subscription-shape.js'

interface ActionsProps {
  readonly names: Names
  readonly subscription: Subscription
}

/** The buttons. */
export function Actions({ names, subscription }: ActionsProps): ReactNode {
  const { state } = subscription
  return (
    <>
      {state !== 'ACTIVE' && <Resume names={names} isNew={state === 'PENDING'} />}
      {state !== 'SUSPENDED' && <Pause names={names} />}
      <Removal names={names} subscription={subscription} />
    </>
  )
}

function Resume({ names, isNew }: { readonly names: Names; readonly isNew: boolean }): ReactNode {
  const [isOpen, dialog] = useDisclosure(false)
  const verb = isNew ? 'Activate' : 'Resume'
  return (
    <>
      <Button leftSection={<IconPlayerPlay size={16} />} onClick={dialog.open}>
        {verb}
      </Button>
      <ActionDialog
        isOpen={isOpen}
        onClose={dialog.close}
        title={`${verb} ${names.subscription}?`}
        verb={verb}
        done="It goes on"
        call={{ method: 'PUT', path: pathTo(names, 'state'), body: 'ACTIVE' }}
      >
        Delivery goes on with the first message that is not settled yet.
      </ActionDialog>
    </>
  )
}

function Pause({ names }: { readonly names: Names }): ReactNode {
  const [isOpen, dialog] = useDisclosure(false)
  return (
    <>
      <Button variant="default" leftSection={<IconPlayerPause size={16} />} onClick={dialog.open}>
        Pause
      </Button>
      <ActionDialog
        isOpen={isOpen}
        onClose={dialog.close}
        title={`Pause ${names.subscription}?`}
        verb="Pause"
        done="Paused: nothing is sent any more"
        call={{ method: 'PUT', path: pathTo(names, 'state'), body: 'SUSPENDED' }}
      >
        Nothing is lost: messages wait in Kafka as long as the topic keeps them. It is done when nobody sends
        any more, which may take some seconds.
      </ActionDialog>
    </>
  )
}

function Removal({ names, subscription }: ActionsProps): ReactNode {
  const [isOpen, dialog] = useDisclosure(false)
  const [, go] = useLocation()
  return (
    <>
      <Button variant="default" leftSection={<IconTrash size={16} />} onClick={dialog.open}>
        Remove
      </Button>
      <RemovalDialog
        isOpen={isOpen}
        onClose={dialog.close}
        what="subscription"
        name={names.subscription}
        path={pathTo(names)}
        definition={subscription}
        onDone={() => go(pathOf('topics', names.topic))}
      >
        Its place in the topic is forgotten: a new subscription of this name begins with what is published
        after it. Its dead letters stay in Kafka until their retention ends.
      </RemovalDialog>
    </>
  )
}
