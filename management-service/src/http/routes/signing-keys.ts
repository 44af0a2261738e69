/**
 * `/topics/{t}/subscriptions/{s}/signing-keys`: parse, call, answer.
 */
import { emptyAnswer, jsonAnswer, reading, type ApiRoute } from '@iris/common/http/api'
import { subscriptionNamesOf as namesOf } from '../../requests.js'
import { addSigningKey, removeSigningKey, type SigningKeyParts } from '../../subscriptions/signing-keys.js'

const path = '/topics/:topic/subscriptions/:subscription/signing-keys'

/** The routes of keys that sign deliveries. */
export function signingKeyRoutes(parts: SigningKeyParts): readonly ApiRoute[] {
  return [
    {
      ...{ method: 'POST', path, takesJson: false, produces: 'application/json' },
      handle: async ({ params }) => jsonAnswer(await addSigningKey(parts, namesOf(params)), 201),
    },
    reading('DELETE', `${path}/:mask`, async ({ params }) => {
      await removeSigningKey(parts, namesOf(params), params['mask'] ?? '')
      return emptyAnswer()
    }),
  ]
}
