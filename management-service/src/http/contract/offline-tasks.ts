/**
 * What the routes of offline retransmissions promise.
 */
import { z } from 'zod'
import { offlineTaskForm } from '../../offline/offline-tasks.js'
import { offlineTask } from '../../store/offline-tasks.js'
import { json, nothing, type ResourceContract } from './contract.js'

const example = {
  type: 'topic',
  sourceTopic: 'demo.orders',
  targetTopic: 'demo.orders',
  startTimestamp: '2026-01-01T00:00:00Z',
  endTimestamp: '2026-01-02T00:00:00Z',
}
const task = {
  ...example,
  ...{ type: 'TOPIC', taskId: '5b6b…', sourceViewPath: null, createdAt: '2026-02-01T12:00:00.120Z' },
}
const monitoring = z.object({
  type: offlineTask.shape.type,
  taskId: z.string(),
  logsUrl: z.string(),
  metricsUrl: z.string(),
  jobDetailsUrl: z.string(),
})

export const offlineTaskContract: ResourceContract = {
  tag: 'Offline retransmission',
  description: 'A queue of tasks for a job of yours that sends messages again which Kafka holds no more.',
  routes: {
    'POST /offline-retransmission/tasks': {
      summary: 'Adds a task',
      description:
        '`type` is `topic`, with the time that is meant, or `view`, with `sourceViewPath`. ' +
        'For owners of all topics that it names.',
      right: 'reader',
      isForEachCaller: true,
      body: { schema: offlineTaskForm, example, required: ['type', 'targetTopic'] },
      answers: { 201: nothing },
    },
    'GET /offline-retransmission/tasks': {
      summary: 'Lists all tasks',
      right: 'reader',
      isForEachCaller: true,
      answers: { 200: json(z.array(offlineTask), [task]) },
    },
    'GET /offline-retransmission/topics/:topic/tasks': {
      summary: 'Lists the tasks that read or fill a topic, and where they can be watched',
      right: 'reader',
      answers: { 200: json(z.array(monitoring)) },
    },
    'DELETE /offline-retransmission/tasks/:id': {
      summary: 'Removes a task',
      description: 'For owners of all topics that it names.',
      right: 'reader',
      isForEachCaller: true,
      answers: { 200: nothing },
      errors: ['VALIDATION_ERROR'],
    },
  },
}
