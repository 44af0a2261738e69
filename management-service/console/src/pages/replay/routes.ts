/**
 * The pages of replays, and of tasks of all kinds.
 */
import { IconRepeat } from '@tabler/icons-react'
import type { PageRoute } from '../../app/page-route.js'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  { path: '/topics/:topic/subscriptions/:subscription/replay', load: () => import('./replay.js') },
  {
    path: '/tasks',
    navigation: { label: 'Tasks', icon: IconRepeat, order: 45 },
    load: () => import('./all-tasks.js'),
  },
]
