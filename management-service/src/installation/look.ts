/**
 * What there is to know about the installation as a whole, brought together.
 * Takes who asks. Gives the overview, or the processes. Promises: Kafka is not asked, nobody is asked about a
 * subscription by itself, and what ZooKeeper does not tell in `askMs` is left out and said to be.
 * Bound: `tasksMax` tasks are read.
 */
import { everything, may, type Principal } from '@iris/common/access/principal'
import { subscriptionId } from '@iris/common/domain/names'
import type { Log } from '@iris/common/lifecycle/log'
import type { TaskStore } from '@iris/common/tasks/task-store'
import type { Clock } from '@iris/common/time/clock'
import { withDeadline, type Scheduler } from '@iris/common/time/scheduler'
import { visibleCatalog } from '../access/visible.js'
import type { Catalog, CatalogView } from '../catalog/catalog.js'
import type { OwnRates } from '../metrics/own-rates.js'
import { forEachOf } from '../store/bounded-reads.js'
import type { LiveProcess } from '../store/ports.js'
import { taskJson } from '../tasks/task-json.js'
import { namesOf, overviewOf, type Names, type Overview } from './overview.js'
import { processRows, type ProcessRow } from './processes.js'

export interface LookParts {
  readonly catalog: Catalog
  readonly rates: Pick<OwnRates, 'latest' | 'answeredAgoMs'>
  readonly ratePeriodMs: number
  readonly tasks: Pick<TaskStore, 'allOpen' | 'read'>
  processes(): Promise<readonly LiveProcess[]>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: Log
}

const askMs = 2_000
const tasksMax = 50

/** All processes. */
export async function listProcesses(parts: LookParts): Promise<readonly ProcessRow[]> {
  const { rates, ratePeriodMs } = parts
  return processRows(await parts.processes(), rates.answeredAgoMs, ratePeriodMs)
}

/** The overview as the caller may see it. */
export async function lookAround(parts: LookParts, principal: Principal): Promise<Overview> {
  const { catalog, rates, clock } = parts
  const view = await visibleCatalog(catalog, principal).view()
  const names = namesOfView(view)
  const [tasks, processes] = await Promise.all([
    orNull(parts, 'tasks', openTasks(parts, names)),
    orNull(parts, 'processes', listProcesses(parts)),
  ])
  const seesAll = may(principal, 'reader', everything)
  return overviewOf({ nowMs: clock.now(), names, round: rates.latest(), tasks, processes, seesAll })
}

/** The catalog gives the same view until something changes. */
const known = new WeakMap<CatalogView, Names>()

function namesOfView(view: CatalogView): Names {
  const names = known.get(view) ?? namesOf(view)
  known.set(view, names)
  return names
}

async function openTasks(
  { tasks }: LookParts,
  { subscriptions }: Names,
): Promise<NonNullable<Overview['tasks']>> {
  const places = (await tasks.allOpen()).filter(({ topic, subscription }) =>
    subscriptions.has(subscriptionId(topic, subscription)),
  )
  const read = await forEachOf(places.slice(0, tasksMax), place => tasks.read(place))
  return read.flatMap(task => (task === null ? [] : [taskJson(task, null) as Task]))
}

type Task = NonNullable<Overview['tasks']>[number]

/** What does not come in time goes on behind; its own limits end it. */
async function orNull<T>({ scheduler, log }: LookParts, what: string, work: Promise<T>): Promise<T | null> {
  try {
    return await withDeadline(scheduler, askMs, what, work)
  } catch (error) {
    log.warn('overview.unanswered', { what, error })
    return null
  }
}
