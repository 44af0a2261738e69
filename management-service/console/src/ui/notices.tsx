/**
 * Where the notices stand on the screen.
 */
import '@mantine/notifications/styles.css'
import { Notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'

const shownMax = 4

/** The place; it shows also what was told before it came. */
export function Notices(): ReactNode {
  return <Notifications position="bottom-right" limit={shownMax} />
}
