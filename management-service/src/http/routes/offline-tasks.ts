/**
 * `/offline-retransmission`: parse, call, answer.
 */
import { emptyAnswer, jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import {
  createOfflineTask,
  listOfflineTasks,
  listTasksOfTopic,
  removeOfflineTask,
  type OfflineTaskParts,
} from '../../offline/offline-tasks.js'
import { topicOfPath } from '../../requests.js'

const all = '/offline-retransmission/tasks'

/** The routes of offline retransmissions. */
export function offlineTaskRoutes(parts: OfflineTaskParts): readonly ApiRoute[] {
  return [
    writing('POST', all, async ({ body }) => {
      await createOfflineTask(parts, body)
      return emptyAnswer(201)
    }),
    reading('GET', all, async () => jsonAnswer(await listOfflineTasks(parts))),
    reading('GET', '/offline-retransmission/topics/:topic/tasks', async ({ params }) =>
      jsonAnswer(await listTasksOfTopic(parts, topicOfPath(params['topic']))),
    ),
    reading('DELETE', `${all}/:id`, async ({ params }) => {
      await removeOfflineTask(parts, params['id'] ?? '')
      return emptyAnswer()
    }),
  ]
}
