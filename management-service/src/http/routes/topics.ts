/**
 * `/topics`: parse, call, answer.
 */
import { emptyAnswer, jsonAnswer, reading, textAnswer, writing, type ApiRoute } from '@iris/common/http/api'
import { taggedAnswer } from '../tagged-answer.js'
import { seesGroupOf } from '../../access/visible.js'
import type { MaskPreview } from '../../messages/preview-mask.js'
import { topicOfPath } from '../../requests.js'
import type { GroupStore, SubscriptionStore, TopicStore } from '../../store/ports.js'
import { createTopic } from '../../topics/create-topic.js'
import { deleteTopic, type TopicRemovalParts } from '../../topics/delete-topic.js'
import { previewMessage, type PreviewParts } from '../../topics/preview-message.js'
import { previewBytes, previewTopic } from '../../topics/preview-topic.js'
import { listClients, listTopics, readTopic } from '../../topics/read-topics.js'
import { updateTopic } from '../../topics/update-topic.js'

export interface TopicRouteParts {
  readonly store: GroupStore & TopicStore & SubscriptionStore
  readonly topics: TopicRemovalParts
  readonly preview: PreviewParts
  readonly maskPreview: MaskPreview
}

const bytesType = 'application/octet-stream'
const previewPath = '/topics/:topic/preview/cluster/:cluster/partition/:partition/offset/:offset'

/** The routes of topics. */
export function topicRoutes(parts: TopicRouteParts): readonly ApiRoute[] {
  const { topics, preview, maskPreview } = parts
  const store = maskedPreviews(parts.store, maskPreview)
  return [
    reading('GET', '/topics', async ({ query, principal }) => {
      // An empty group means all, as in Hermes.
      const filter = { group: query.get('groupName') || null, isTracked: query.get('tracked') === 'true' }
      const names = await listTopics(store, topics.catalog, filter)
      return jsonAnswer(names.filter(topic => seesGroupOf(principal, topic)))
    }),
    writing('POST', '/topics', async ({ body, principal }) => {
      await createTopic({ ...topics, principal }, body)
      return emptyAnswer(201)
    }),
    reading('GET', '/topics/:topic', async ({ params }) =>
      taggedAnswer(await readTopic(store, topics.schemas, topicOfPath(params['topic']))),
    ),
    writing('PUT', '/topics/:topic', async ({ params, body, header, principal }) => {
      await updateTopic({ ...topics, principal }, topicOfPath(params['topic']), body, header('if-match'))
      return emptyAnswer()
    }),
    reading('DELETE', '/topics/:topic', async ({ params, header }) => {
      await deleteTopic(topics, topicOfPath(params['topic']), header('if-match'))
      return emptyAnswer()
    }),
    reading('GET', '/topics/:topic/clients', async ({ params }) =>
      jsonAnswer(await listClients(store, topicOfPath(params['topic']))),
    ),
    reading('GET', '/topics/:topic/preview', async ({ params }) =>
      jsonAnswer(await previewTopic(store, topicOfPath(params['topic']))),
    ),
    reading(
      'GET',
      '/topics/:topic/preview/:index',
      async ({ params }) => {
        const content = await previewBytes(store, topicOfPath(params['topic']), params['index'] ?? '')
        return { status: 200, content, type: bytesType }
      },
      bytesType,
    ),
    reading('GET', previewPath, async ({ params }) => {
      const { cluster = '', partition = '', offset = '' } = params
      const place = { cluster, topic: topicOfPath(params['topic']), partition, offset }
      const content = Buffer.from(await previewMessage(preview, place))
      return { ...textAnswer('', 'application/json'), content: maskPreview(content) }
    }),
  ]
}

function maskedPreviews<S extends Pick<TopicStore, 'topicPreview'>>(store: S, mask: MaskPreview): S {
  const topicPreview: TopicStore['topicPreview'] = async topic =>
    (await store.topicPreview(topic)).map(each => ({ ...each, content: mask(each.content) }))
  return { ...store, topicPreview }
}
