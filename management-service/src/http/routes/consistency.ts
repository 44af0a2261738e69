/**
 * `/consistency`: parse, call, answer.
 */
import {
  emptyAnswer,
  jsonAnswer,
  reading,
  type ApiAnswer,
  type ApiRequest,
  type ApiRoute,
} from '@iris/common/http/api'
import {
  listAllGroups,
  listInconsistentGroups,
  listUnknownTopics,
  removeUnknownTopic,
  syncFrom,
  type ConsistencyParts,
} from '../../consistency/consistency.js'

const sync = '/consistency/sync'

/** The routes of consistency. */
export function consistencyRoutes(parts: ConsistencyParts): readonly ApiRoute[] {
  const synced = async ({ query }: ApiRequest): Promise<ApiAnswer> => {
    await Promise.resolve()
    syncFrom(parts, query.get('primaryDatacenter'))
    return emptyAnswer()
  }
  // The console sends no body with these.
  const syncing = (path: string): ApiRoute => ({
    ...{ method: 'POST', path: sync + path, takesJson: false },
    ...{ produces: 'application/json', handle: synced },
  })
  return [
    reading('GET', '/consistency/groups', async () => jsonAnswer(await listAllGroups(parts))),
    reading('GET', '/consistency/inconsistencies/groups', async ({ query }) => {
      await Promise.resolve()
      return jsonAnswer(listInconsistentGroups(parts, query.getAll('groupNames')))
    }),
    syncing('/groups/:group'),
    syncing('/topics/:topic'),
    syncing('/topics/:topic/subscriptions/:subscription'),
    reading('GET', '/consistency/inconsistencies/topics', async () =>
      jsonAnswer(await listUnknownTopics(parts)),
    ),
    reading('DELETE', '/consistency/inconsistencies/topics', async ({ query }) => {
      await removeUnknownTopic(parts, query.get('topicName'))
      return emptyAnswer()
    }),
  ]
}
