/**
 * `/oauth/providers`: parse, call, answer.
 */
import { emptyAnswer, jsonAnswer, reading, writing, type ApiRoute } from '@iris/common/http/api'
import { taggedAnswer } from '../tagged-answer.js'
import {
  createOAuthProvider,
  deleteOAuthProvider,
  listOAuthProviders,
  readOAuthProvider,
  updateOAuthProvider,
  type OAuthProviderParts,
} from '../../oauth/providers.js'

const all = '/oauth/providers'
const one = `${all}/:provider`

/** The routes of OAuth providers. */
export function oAuthProviderRoutes(parts: OAuthProviderParts): readonly ApiRoute[] {
  const { store } = parts
  return [
    reading('GET', all, async () => jsonAnswer(await listOAuthProviders(store))),
    reading('GET', one, async ({ params }) =>
      taggedAnswer(await readOAuthProvider(store, params['provider'] ?? '')),
    ),
    writing('POST', all, async ({ body }) => {
      await createOAuthProvider(parts, body)
      return emptyAnswer(201)
    }),
    writing('PUT', one, async ({ params, body, header }) => {
      await updateOAuthProvider(parts, params['provider'] ?? '', body, header('if-match'))
      return emptyAnswer()
    }),
    reading('DELETE', one, async ({ params, header }) => {
      await deleteOAuthProvider(store, params['provider'] ?? '', header('if-match'))
      return emptyAnswer()
    }),
  ]
}
