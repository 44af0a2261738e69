/**
 * What a person is told in passing: that something went well, or did not.
 * Takes the words. The place for them is loaded with the first of them.
 */
import type { NotificationData } from '@mantine/notifications'
import { createStore } from './store.js'

/** Whether anything was told yet, so that a place for it is wanted. */
export const wasTold = createStore(false)

/** The library's button is a cross without a name. */
const closeButtonProps = { 'aria-label': 'Close this notice' }

/** Tells it. */
export async function notify(notice: NotificationData): Promise<void> {
  const { notifications } = await import('@mantine/notifications')
  notifications.show({ closeButtonProps, ...notice })
  wasTold.set(true)
}
