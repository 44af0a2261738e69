/**
 * `/topics/{t}/json-schema`: parse, call, answer.
 */
import {
  emptyAnswer,
  frameworkError,
  jsonAnswer,
  reading,
  textAnswer,
  writing,
  type ApiRoute,
} from '@iris/common/http/api'
import { isDryRun } from '../../rehearsal/is-dry-run.js'
import { topicOfPath } from '../../requests.js'
import {
  putJsonSchema,
  readJsonSchema,
  readJsonSchemas,
  removeJsonSchema,
  setJsonSchemas,
  tryMessage,
  type JsonSchemaParts,
} from '../../schemas/json-schemas.js'

const path = '/topics/:topic/json-schema'
const versionPath = `${path}/versions/:version`

/** The routes of JSON Schemas. */
export function jsonSchemaRoutes(parts: JsonSchemaParts): readonly ApiRoute[] {
  return [
    reading('GET', path, async ({ params }) =>
      jsonAnswer(await readJsonSchemas(parts, topicOfPath(params['topic']))),
    ),
    writing('PUT', path, async ({ params, body }) => {
      await setJsonSchemas(parts, topicOfPath(params['topic']), body)
      return emptyAnswer()
    }),
    reading('GET', versionPath, async ({ params }) => {
      const text = await readJsonSchema(parts, topicOfPath(params['topic']), versionOf(params['version']))
      return textAnswer(text, 'application/json')
    }),
    writing('PUT', versionPath, async ({ params, query, body: schema }) => {
      const isTrial = isDryRun(query)
      const put = await putJsonSchema(parts, topicOfPath(params['topic']), versionOf(params['version']), {
        schema,
        isTrial,
      })
      return jsonAnswer({ version: put.version, breaks: put.breaks }, isTrial || !put.isNew ? 200 : 201)
    }),
    reading('DELETE', versionPath, async ({ params }) => {
      await removeJsonSchema(parts, topicOfPath(params['topic']), versionOf(params['version']))
      return emptyAnswer()
    }),
    writing('POST', `${versionPath}/check`, async ({ params, body }) =>
      jsonAnswer(await tryMessage(parts, topicOfPath(params['topic']), versionOf(params['version']), body)),
    ),
  ]
}

/** A part of the path that is no number is a path that does not exist. */
function versionOf(text: string | undefined): number {
  if (text === undefined || !/^[1-9]\d{0,8}$/.test(text)) throw frameworkError(404)
  return Number(text)
}
