/**
 * The page of the processes.
 */
import { IconServer } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/processes',
    navigation: { label: 'Processes', icon: IconServer, order: 95 },
    load: () => import('./processes.js'),
  },
]
