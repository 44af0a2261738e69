// pure
/**
 * All dashboards, by the name of their file.
 */
import type { DashboardWish } from '../dashboard.js'
import { delivery } from './delivery.js'
import { overview } from './overview.js'
import { processes } from './processes.js'
import { publishing } from './publishing.js'
import { subscription } from './subscription.js'
import { surroundings } from './surroundings.js'

export const dashboards: Readonly<Record<string, DashboardWish>> = {
  overview,
  publishing,
  delivery,
  subscription,
  surroundings,
  processes,
}
