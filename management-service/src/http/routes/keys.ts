/**
 * `/keys`: parse, call, answer. No answer with a secret may be kept by anybody on its way.
 */
import {
  emptyAnswer,
  jsonAnswer,
  reading,
  writing,
  type ApiAnswer,
  type ApiRoute,
} from '@iris/common/http/api'
import { createKey, listKeys, readKey, revokeKey, rotateKey, type KeyParts } from '../../keys/keys.js'

const all = '/keys'
const one = `${all}/:name`

/** The routes of API keys. */
export function keyRoutes(parts: KeyParts): readonly ApiRoute[] {
  return [
    reading('GET', all, async () => jsonAnswer(await listKeys(parts))),
    reading('GET', one, async ({ params }) => jsonAnswer(await readKey(parts, params['name'] ?? ''))),
    writing('POST', all, async ({ body }) => secret(jsonAnswer(await createKey(parts, body), 201))),
    writing('POST', `${one}/rotate`, async ({ params, body }) =>
      secret(jsonAnswer(await rotateKey(parts, params['name'] ?? '', body))),
    ),
    reading('DELETE', one, async ({ params }) => {
      await revokeKey(parts, params['name'] ?? '')
      return emptyAnswer()
    }),
  ]
}

function secret(answer: ApiAnswer): ApiAnswer {
  return { ...answer, headers: { 'Cache-Control': 'no-store' } }
}
