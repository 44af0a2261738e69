/**
 * The topic of the chat.
 * Takes the REST calls. Makes group and topic unless they are there.
 */
import type { IrisApi } from '@iris/local-stack/iris-api'
import { ensureTopic } from '../shared/iris.js'

export const chatTopic = 'chat.messages'

/** Resolves when the topic is there; throws with Iris' own words otherwise. */
export function ensureChatTopic(api: IrisApi, name = chatTopic): Promise<void> {
  return ensureTopic(api, name, 'Everybody talks to everybody')
}
