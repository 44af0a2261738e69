/**
 * The pages of groups.
 */
import { IconFolders } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/groups',
    navigation: { label: 'Groups', icon: IconFolders, order: 20 },
    load: () => import('./groups.js'),
  },
  { path: '/groups/:group', load: () => import('./group.js') },
]
