/**
 * The page of keys and rights.
 */
import { IconKey } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/keys',
    navigation: { label: 'Keys and rights', icon: IconKey, order: 90 },
    load: () => import('./keys.js'),
  },
]
