/**
 * The page that tells where a message is.
 */
import { IconRoute } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/trace',
    navigation: { label: 'Find a message', icon: IconRoute, order: 50 },
    load: () => import('./trace.js'),
  },
]
