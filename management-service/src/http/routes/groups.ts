/**
 * `/groups`: parse, call, answer.
 */
import { emptyAnswer, jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import { seesGroup } from '../../access/visible.js'
import {
  createGroup,
  deleteGroup,
  listGroups,
  readGroup,
  updateGroup,
  type GroupRules,
} from '../../groups/groups.js'
import type { GroupStore, TopicStore } from '../../store/ports.js'

export interface GroupRouteParts {
  readonly store: GroupStore & TopicStore
  readonly rules: GroupRules
  readonly datacenter: string
}

/** The routes of groups. */
export function groupRoutes({ store, rules, datacenter }: GroupRouteParts): readonly ApiRoute[] {
  return [
    reading('GET', '/groups', async ({ principal }) => {
      const groups = await listGroups(store)
      return jsonAnswer(groups.filter(group => seesGroup(principal, group)))
    }),
    reading('GET', '/groups/:group', async ({ params }) =>
      jsonAnswer(await readGroup(store, params['group'] ?? '')),
    ),
    writing('POST', '/groups', async ({ body, principal }) => {
      await createGroup(store, rules, body, principal)
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
