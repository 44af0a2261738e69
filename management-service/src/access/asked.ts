// pure
/**
 * What a call is about: the group, topic, subscription or owner that it names.
 * Takes a route and a call's path and body, and the group of its query where the route filters by one. Gives
 * names, not looked up. Without any name it is about the whole installation, so that a route that is added
 * without a thought is closed rather than open.
 */
import type { ApiRoute } from '@iris/common/http/api'
import type { OwnerId } from '@iris/common/domain/owner'
import { isJsonObject } from '@iris/common/domain/json-shapes'
import {
  isNamePart,
  splitTopicName,
  topicName,
  type SubscriptionName,
  type TopicName,
} from '@iris/common/domain/names'

export interface Asked {
  /** Null where it is about all groups. */
  readonly group: string | null
  /** Null where the path names none that there could be. */
  readonly topic: TopicName | null
  readonly subscription: SubscriptionName | null
  /** The owner whose things are asked for. */
  readonly owner: OwnerId | null
}

type Params = Readonly<Record<string, string>>

const nothingNamed: Asked = { group: null, topic: null, subscription: null, owner: null }

/**
 * What a path names.
 * @param groupName - The group of the query, of a route that answers for that group alone; else null.
 */
export function askedBy(params: Params, groupName: string | null): Asked {
  const { group, topic, subscription, source, id } = params
  if (topic !== undefined) {
    const checked = topicName(topic) ?? null
    const name =
      subscription !== undefined && isNamePart(subscription) ? (subscription as SubscriptionName) : null
    return {
      ...nothingNamed,
      group: splitTopicName(topic)?.group ?? null,
      topic: checked,
      subscription: name,
    }
  }
  if (source !== undefined && id !== undefined) return { ...nothingNamed, owner: { source, id } }
  return { ...nothingNamed, group: group ?? (groupName || null) }
}

/** Routes that make something which only their body names, and the group that it belongs to. */
const groupsOfBodies: Readonly<Record<string, (body: Params) => string | undefined>> = {
  'POST /topics': ({ name = '' }) => splitTopicName(name)?.group,
  'POST /groups': ({ groupName }) => groupName,
}

/** Whether only the body of this route tells what it is about. */
export function isAskedByBody({ method, path }: Pick<ApiRoute, 'method' | 'path'>): boolean {
  return Object.hasOwn(groupsOfBodies, `${method} ${path}`)
}

/** The group that the body names; null where it names none. */
export function groupOfBody(
  { method, path }: Pick<ApiRoute, 'method' | 'path'>,
  body: unknown,
): string | null {
  const read = groupsOfBodies[`${method} ${path}`]
  if (read === undefined || !isJsonObject(body)) return null
  const texts = Object.entries(body).filter(
    (member): member is [string, string] => typeof member[1] === 'string',
  )
  return read(Object.fromEntries(texts)) ?? null
}
