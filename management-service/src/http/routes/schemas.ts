/**
 * `/topics/{t}/schema`: parse, call, answer.
 */
import {
  emptyAnswer,
  frameworkError,
  jsonAnswer,
  reading,
  textAnswer,
  writing,
  type ApiAnswer,
  type ApiRoute,
} from '@iris/common/http/api'
import { topicOfPath } from '../../requests.js'
import { registerSchema, removeSchema, type SchemaParts } from '../../schemas/change-schema.js'

/** The routes of schemas. */
export function schemaRoutes(parts: SchemaParts): readonly ApiRoute[] {
  const { schemas } = parts
  return [
    reading('GET', '/topics/:topic/schema', async ({ params }) => {
      const found = await schemas.version(topicOfPath(params['topic']), 'latest')
      return schemaAnswer(found?.text ?? null)
    }),
    reading('GET', '/topics/:topic/schema/versions', async ({ params }) =>
      jsonAnswer(await schemas.versions(topicOfPath(params['topic']))),
    ),
    reading('GET', '/topics/:topic/schema/versions/:version', async ({ params }) => {
      const version = numberOf(params['version'])
      const found = await schemas.version(topicOfPath(params['topic']), version)
      return schemaAnswer(found?.text ?? null)
    }),
    reading('GET', '/topics/:topic/schema/ids/:id', async ({ params }) =>
      schemaAnswer(await schemas.byId(topicOfPath(params['topic']), numberOf(params['id']))),
    ),
    writing('POST', '/topics/:topic/schema', async ({ params, query, body }) => {
      const isChecked = query.get('validate') !== 'false'
      await registerSchema(parts, topicOfPath(params['topic']), JSON.stringify(body), isChecked)
      return emptyAnswer(201)
    }),
    reading('DELETE', '/topics/:topic/schema', async ({ params }) => {
      await removeSchema(parts, topicOfPath(params['topic']))
      return emptyAnswer()
    }),
  ]
}

function schemaAnswer(text: string | null): ApiAnswer {
  return text === null ? emptyAnswer(204) : textAnswer(text, 'application/json')
}

/** A part of the path that is no number is a path that does not exist, as in Hermes. */
function numberOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,10}$/.test(text)) throw frameworkError(404)
  return Number(text)
}
