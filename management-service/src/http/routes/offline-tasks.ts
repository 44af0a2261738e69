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
    writing('POST', all, async ({ body, principal }) => {
      await createOfflineTask({ ...parts, principal }, body)
      return emptyAnswer(201)
    }),
    reading('GET', all, async ({ principal }) => jsonAnswer(await listOfflineTasks({ ...parts, principal }))),
    reading('GET', '/offline-retransmission/topics/:topic/tasks', async ({ params }) =>
      jsonAnswer(await listTasksOfTopic(parts, topicOfPath(params['topic']))),
    ),
    reading('DELETE', `${all}/:id`, async ({ params, principal }) => {
      await removeOfflineTask({ ...parts, principal }, params['id'] ?? '')
      return emptyAnswer()
    }),
  ]
}
