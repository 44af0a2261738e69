/**
 * `/inbox/messages`: parse, call, answer.
 */
import { invalidMember } from '@iris/common/errors/member-about'
import { emptyAnswer, jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import { emptyInbox, inboxLimitMax, readInbox, type InboxParts } from '../../inbox/inbox.js'

const limitDefault = '50'

/** The routes of the local stack's inbox. */
export function inboxRoutes(parts: InboxParts): readonly ApiRoute[] {
  return [
    reading('GET', '/inbox/messages', async ({ query }) => {
      const asked = query.get('limit') ?? limitDefault
      const limit = /^\d{1,4}$/.test(asked) ? Number(asked) : 0
      if (limit < 1 || limit > inboxLimitMax)
        throw invalidMember('limit', `must be a number from 1 to ${inboxLimitMax}`)
      return jsonAnswer(await readInbox(parts, limit))
    }),
    reading('DELETE', '/inbox/messages', async () => {
      await emptyInbox(parts)
      return emptyAnswer()
    }),
  ]
}
