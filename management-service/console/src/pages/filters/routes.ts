/**
 * The filter lab.
 */
import { IconFilter } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/filter-lab',
    navigation: { label: 'Filter lab', icon: IconFilter, order: 60 },
    load: () => import('./filter-lab.js'),
  },
]
