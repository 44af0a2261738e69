/**
 * The topic of the chat.
 * Takes the REST calls. Makes group and topic unless they are there.
 */
import { existed, localOwner, succeeded, type IrisApi } from '@iris/local-stack/iris-api'

export const chatTopic = 'chat.messages'

/** Resolves when the topic is there; throws with Iris' own words otherwise. */
export async function ensureChatTopic(api: IrisApi, name = chatTopic): Promise<void> {
  const groupName = name.slice(0, name.lastIndexOf('.'))
  const group = await api.createGroup(groupName)
  if (!existed(group)) succeeded(`Group ${groupName}`, group)
  const retentionTime = { duration: 1, retentionUnit: 'DAYS' }
  const form = { description: 'Everybody talks to everybody', owner: localOwner, retentionTime }
  const topic = await api.createTopic({ name, contentType: 'JSON', ack: 'ALL', ...form })
  if (!existed(topic)) succeeded(`Topic ${name}`, topic)
}
