/**
 * The page of the installation.
 */
import { IconDashboard } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/',
    navigation: { label: 'Overview', icon: IconDashboard, order: 10 },
    load: () => import('./overview.js'),
  },
]
