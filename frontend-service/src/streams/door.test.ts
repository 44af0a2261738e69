import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { nobody, wrong, type Identity } from '@iris/common/access/authenticator'
import { principalOf } from '@iris/common/access/principal'
import { silentLog } from '@iris/common/lifecycle/log'
import type { Authenticate } from '../access/authentication.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { createDoor, type Door } from './door.js'

const request = { headers: {}, rawHeaders: [] } as unknown as IncomingMessage
const topic = {
  ...{ name: 'acme.chat', owner: { source: 'Plaintext', id: 'team' }, isSubscribingRestricted: false },
} as unknown as RoutedTopic
const anna: Identity = {
  kind: 'principal',
  principal: principalOf('anna', [{ role: 'reader', group: 'acme' }]),
}

/** A door that knows one topic; `callers` is who asks, at first and once judged again. */
function doorOf(...callers: readonly [Identity, Identity?]): { door: Door; lookedUp: string[] } {
  const lookedUp: string[] = []
  let caller = callers[0]
  const authenticate: Authenticate = Object.assign((): Identity => caller, {
    challenge: 'Bearer',
    judge: () => null,
    judgeAgain() {
      caller = callers[1] ?? caller
      return Promise.resolve()
    },
  })
  const door = createDoor({
    ...{ log: silentLog, authenticate },
    topics: { find: name => (name === topic.name ? topic : undefined), isLoaded: () => true },
    unknownTopics: {
      lookUp(name, done) {
        lookedUp.push(name)
        done('absent')
      },
    },
  })
  return { door, lookedUp }
}

describe('the door', () => {
  it('lets in who may read, and tells who is known which topics there are not', async () => {
    const { door } = doorOf(anna)

    expect(await door.enter(request, 'acme.chat')).toBe(topic)
    await expect(door.enter(request, 'acme.none')).rejects.toMatchObject({ code: 'TOPIC_NOT_EXISTS' })
  })

  it.each([
    ['nobody', nobody, 'UNAUTHENTICATED'],
    ['wrong', wrong, 'UNAUTHENTICATED'],
    ['unclear', { kind: 'unclear' }, 'AUTHENTICATION_UNAVAILABLE'],
  ] as const)('says the same of every topic to who is %s', async (_what, caller, code) => {
    const { door, lookedUp } = doorOf(caller)

    await expect(door.enter(request, 'acme.chat')).rejects.toMatchObject({ code })
    await expect(door.enter(request, 'acme.none')).rejects.toMatchObject({ code })
    expect(lookedUp).toEqual([])
  })

  it('does not go on knowing whose token is over', async () => {
    const { door } = doorOf(anna, wrong)
    await door.enter(request, 'acme.chat')

    door.refusal(request, topic)
    expect(door.refusal(request, topic)).toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
