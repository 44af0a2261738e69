/**
 * The JSON Schema of a topic, applied to a message that is JSON.
 * Takes the topic's rules, the headers and the body. Gives null, or the refusal that `enforce` answers and
 * `warn` only counts. Promises: the body is parsed only where there are rules; it goes on untouched.
 */
import { jsonProblem } from '@iris/common/domain/json-check'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import type { SchemaError } from '@iris/common/schema/json/validator'
import type { RareLog } from '../rare-log.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import type { JsonRules } from '../topics/schema-book.js'
import { wholeNumber } from './check-avro.js'
import type { SentHeaders } from './sender.js'

const byteOrderMark = 0xfeff

/** What does not fit the topic's schema is refused, or only counted; null where it is taken. */
export function refusalBySchema(
  warn: RareLog,
  topic: RoutedTopic,
  sent: SentHeaders,
  body: Buffer,
): HermesError | null {
  const { rules } = topic.json
  if (rules === null) return null
  const error = checkBySchema(rules, sent, body)
  if (error === null) return null
  topic.counters().violated()
  if (rules.mode === 'enforce') return error
  warn('publish.againstSchema', { topic: topic.name, problem: error.message })
  return null
}

/** What is wrong by the schema. */
export function checkBySchema(rules: JsonRules, sent: SentHeaders, body: Buffer): HermesError | null {
  const named = wholeNumber(sent.headers['schema-version'])
  const version = named ?? rules.latest
  const validator = version === null ? undefined : rules.versions.get(version)
  if (validator === undefined)
    return named === null
      ? refusal('SCHEMA_COULD_NOT_BE_LOADED', {}, 'frontend')
      : refusal('SCHEMA_VERSION_DOES_NOT_EXIST', { version: named }, 'frontend')
  const message = parsed(body)
  const errors =
    message === undefined ? [{ pointer: '', problem: 'must be JSON' }] : validator.errors(message.value)
  return errors === null ? null : invalid(errors)
}

/** Undefined for what is no JSON or nests without end: where any bytes are taken, nobody has looked yet. */
function parsed(body: Buffer): { readonly value: unknown } | undefined {
  if (jsonProblem(body) !== null) return undefined
  const text = body.toString('utf8')
  return { value: JSON.parse(text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text) as unknown }
}

function invalid(errors: readonly SchemaError[]): HermesError {
  const sentences = errors.map(({ pointer, problem }) => `${pointer || '/'} ${problem}`)
  const about = { pointer: errors[0]?.pointer ?? '' }
  return refusal(
    'VALIDATION_ERROR',
    { problem: `Invalid message: ${sentences.join('; ')}` },
    'frontend',
    about,
  )
}
