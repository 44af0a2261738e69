/**
 * The page of the audit.
 */
import { IconHistory } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/audit',
    navigation: { label: 'Audit', icon: IconHistory, order: 80 },
    load: () => import('./audit.js'),
  },
]
