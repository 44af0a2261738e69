/**
 * The pages of dead letters.
 */
import type { PageRoute } from '../../app/page-route.js'

const path = '/topics/:topic/subscriptions/:subscription/dead-letters'

/** Its addresses. */
export const routes: readonly PageRoute[] = [
  { path, load: () => import('./dead-letters.js') },
  { path: `${path}/:id`, load: () => import('./letter.js') },
]
