/**
 * Every page of the console: each area says which it has.
 */
import { routes as audit } from '../pages/audit/routes.js'
import { routes as deadLetters } from '../pages/dead-letters/routes.js'
import { routes as filters } from '../pages/filters/routes.js'
import { routes as groups } from '../pages/groups/routes.js'
import { routes as inbox } from '../pages/inbox/routes.js'
import { routes as keys } from '../pages/keys/routes.js'
import { routes as overview } from '../pages/overview/routes.js'
import { routes as processes } from '../pages/processes/routes.js'
import { routes as replay } from '../pages/replay/routes.js'
import { routes as subscriptions } from '../pages/subscriptions/routes.js'
import { routes as topics } from '../pages/topics/routes.js'
import { routes as trace } from '../pages/trace/routes.js'
import type { NavigationEntry, PageRoute } from './page-route.js'

/** All pages; where two patterns fit an address, the first one has it. */
export const pages: readonly PageRoute[] = [
  ...overview,
  ...groups,
  ...topics,
  ...subscriptions,
  ...deadLetters,
  ...replay,
  ...filters,
  ...trace,
  ...audit,
  ...keys,
  ...inbox,
  ...processes,
]

/** What stands in the navigation of this installation, in its order. */
export const entries: readonly (NavigationEntry & Pick<PageRoute, 'path'>)[] = pages
  .flatMap(({ path, navigation }) => (navigation === undefined ? [] : [{ path, ...navigation }]))
  .filter(({ isThere }) => isThere?.() ?? true)
  .sort((a, b) => a.order - b.order)
