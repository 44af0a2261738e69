/**
 * The pages of topics.
 */
import { IconMessages } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  {
    path: '/topics',
    navigation: { label: 'Topics', icon: IconMessages, order: 30 },
    load: () => import('./topics.js'),
  },
  { path: '/new-topic', load: () => import('./new-topic.js') },
  { path: '/topics/:topic', load: () => import('./topic.js') },
]
