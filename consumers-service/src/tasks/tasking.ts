/**
 * Redrives and replays in this process: the one place where their parts are made and joined.
 * Takes the outside, the subscriptions and their delivery. Gives the desk that takes tasks and works on them.
 */
import { createLetterLog } from '@iris/common/dead-letters/letter-log'
import { markerHeader, rangesOf, writeMarkers } from '@iris/common/dead-letters/marker'
import { letterPartition } from '@iris/common/dead-letters/selection'
import { openTask } from '@iris/common/domain/kept-secrets'
import { isUnreadable, readSubscriptionNode, readTopicNode } from '@iris/common/domain/node-json'
import { splitSubscriptionId, subscriptionId } from '@iris/common/domain/names'
import { appendRecord } from '@iris/common/kafka/append-record'
import { scanRange } from '@iris/common/kafka/read-range'
import { createTaskStore } from '@iris/common/tasks/task-store'
import { readTask } from '@iris/common/tasks/task'
import { acquire } from '@iris/common/zookeeper/lock'
import type { ZooPaths } from '@iris/common/zookeeper/paths'
import type { ConsumersBase, ConsumersConfig } from '../base.js'
import type { Delivering } from '../delivering.js'
import type { PlanOptions } from '../delivery/plan.js'
import type { Outside } from '../outside.js'
import type { Catalogue } from '../workload/catalogue.js'
import { whyNot } from '../workload/fleet.js'
import { acquirePermitted } from '../workload/permitted-lock.js'
import { createTaskDesk, type Errand, type TaskDesk } from './task-desk.js'
import { createTaskOpener } from './task-opener.js'
import { planOfTask } from './task-plan.js'
import { runTask, type TaskRunParts } from './task-run.js'

export interface TaskingParts {
  readonly outside: Outside
  readonly paths: ZooPaths
  readonly instance: string
  readonly catalogue: Catalogue
  readonly delivering: Delivering
  readonly planOptions: PlanOptions
}

const appendMs = 10_000

/** Makes the desk of a process. */
export function createTasking(base: ConsumersBase, config: ConsumersConfig, parts: TaskingParts): TaskDesk {
  const { session } = parts.outside
  const { tasks } = parts.paths.iris
  const { catalogue, instance } = parts
  const runParts = createRunParts(base, config, parts)
  const acquireFor = (
    { subscriptionId: id, kind }: Errand,
    signal: AbortSignal,
  ): ReturnType<typeof acquire> => {
    const { topic, subscription } = splitSubscriptionId(id)
    const path = tasks.lock(config.kafkaClusterName, topic, subscription, kind)
    const own = (): ReturnType<typeof acquire> =>
      acquire({ ...base, session }, path, { instance, pid: process.pid }, signal)
    return acquirePermitted(own, session, parts.paths.subscription(topic, subscription))
  }
  return createTaskDesk(
    {
      ...base,
      watchOpen: listener => session.watchChildren(tasks.allOpen, names => listener(names ?? [])),
      onSubscription: catalogue.onChange,
      whyNot: id => whyNot(catalogue.get(id)),
      acquire: acquireFor,
      async run({ subscriptionId: id, kind }, lock, signal) {
        const names = splitSubscriptionId(id)
        const open = await session.read(tasks.open(names.topic, names.subscription, kind))
        if (open === null) return
        const place = { ...names, id: open.data.toString('utf8') }
        await runTask(runParts, { drainMs: config.handOverMs }, { place, lock, signal })
      },
    },
    { tasksMax: config.tasksMax, retryMs: config.retryMs },
  )
}

function createRunParts(base: ConsumersBase, config: ConsumersConfig, parts: TaskingParts): TaskRunParts {
  const { outside, delivering, paths, planOptions } = parts
  const { session, definitions, producer, admin, vault } = outside
  return {
    ...base,
    instance: parts.instance,
    tasks: createTaskStore(session, paths),
    watch: ({ topic, subscription, id }, listener) =>
      session.watchData(paths.iris.tasks.task(topic, subscription, id), node =>
        listener(node === null ? null : readTask(node.data)),
      ),
    plan(task) {
      const topicNode = definitions.topic(task.topic)
      const node = definitions.subscription(subscriptionId(task.topic, task.subscription))
      if (topicNode === undefined || node === undefined) return { problem: 'the subscription was removed' }
      const topic = readTopicNode(task.topic, topicNode.data, topicNode.stat)
      const subscription = readSubscriptionNode({ topic: task.topic, name: task.subscription }, node, vault)
      if (isUnreadable(topic)) return topic
      if (isUnreadable(subscription)) return subscription
      const aim = openTask(task, vault)
      return isUnreadable(aim) ? aim : planOfTask(topic, subscription, aim, planOptions)
    },
    open: createTaskOpener({
      ...base,
      reader: outside.reader,
      pipeline: delivering.taskPipeline,
      journal: delivering.taskJournal,
      deadLetters: delivering.deadLetters,
      letterLog: createLetterLogs(base, config, outside),
    }),
    async close(plan, offsets) {
      const headers = [[markerHeader, Buffer.from('redriven')] as const]
      for (const value of writeMarkers(rangesOf(offsets))) {
        await appendRecord(producer, {
          ...{ topic: plan.deadLetterTopic, partition: letterPartition, key: null, value: [value], headers },
          timestampMs: base.clock.now(),
          deadlineMs: base.clock.monotonic() + appendMs,
        })
      }
    },
    trim: (plan, before) =>
      admin.deleteRecords({ topic: plan.deadLetterTopic, partition: letterPartition, before }),
  }
}

/** Bounded reading of dead-letter topics, beside the shared reader. */
function createLetterLogs(
  base: ConsumersBase,
  config: ConsumersConfig,
  { cluster, offsets }: Outside,
): Parameters<typeof createTaskOpener>[0]['letterLog'] {
  return async (topic, signal) => {
    const [end] = await offsets.latest(topic, [letterPartition])
    return createLetterLog(
      request => {
        const deadlineMs = base.clock.monotonic() + config.kafkaRequestTimeoutMs
        return scanRange({ ...base, cluster }, { ...request, deadlineMs })
      },
      { topic, end: end?.offset ?? 0, checkTime: () => signal.throwIfAborted() },
    )
  }
}
