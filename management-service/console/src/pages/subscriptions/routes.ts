/**
 * The pages of subscriptions.
 */
import { IconSend } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/subscriptions',
    navigation: { label: 'Subscriptions', icon: IconSend, order: 40 },
    load: () => import('./subscriptions.js'),
  },
  { path: '/topics/:topic/new-subscription', load: () => import('./new-subscription.js') },
  { path: '/topics/:topic/subscriptions/:subscription', load: () => import('./subscription.js') },
]
