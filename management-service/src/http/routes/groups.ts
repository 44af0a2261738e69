/**
 * `/groups`: parse, call, answer.
 */
import { emptyAnswer, jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import { createGroup, deleteGroup, listGroups, readGroup, updateGroup } from '../../groups/groups.js'
import type { GroupStore, TopicStore } from '../../store/ports.js'

export interface GroupRouteParts {
  readonly store: GroupStore & TopicStore
  readonly groupNamePattern: string
  readonly datacenter: string
}

/** The routes of groups. */
export function groupRoutes({ store, groupNamePattern, datacenter }: GroupRouteParts): readonly ApiRoute[] {
  return [
    reading('GET', '/groups', async () => jsonAnswer(await listGroups(store))),
    reading('GET', '/groups/:group', async ({ params }) =>
      jsonAnswer(await readGroup(store, params['group'] ?? '')),
    ),
    writing('POST', '/groups', async ({ body }) => {
      await createGroup(store, groupNamePattern, body)
      return emptyAnswer(201)
    }),
    writing('PUT', '/groups/:group', async ({ params, body }) => {
      await updateGroup(store, params['group'] ?? '', body)
      return emptyAnswer(204)
    }),
    reading('DELETE', '/groups/:group', async ({ params }) => {
      await deleteGroup(store, datacenter, params['group'] ?? '')
      return emptyAnswer()
    }),
  ]
}
