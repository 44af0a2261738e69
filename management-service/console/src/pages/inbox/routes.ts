/**
 * The page of the local stack's inbox.
 */
import { IconInbox } from '@tabler/icons-react'
import { hasInbox } from '../../app/installation.js'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/inbox',
    navigation: { label: 'Inbox', icon: IconInbox, order: 95, isThere: hasInbox },
    load: () => import('./inbox.js'),
  },
]
