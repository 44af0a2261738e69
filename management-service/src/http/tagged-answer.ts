/**
 * The answer with a definition: its JSON, and the tag that a change may name in `If-Match`.
 */
import { jsonAnswer, type ApiAnswer } from '@iris/common/http/api'
import type { JsonObject } from '@iris/common/domain/json-shapes'
import { tagOf, type Shown } from '../changes/versions.js'

/** `more` are members that belong to something else than the definition. */
export function taggedAnswer(definition: Shown & { readonly more?: JsonObject }): ApiAnswer {
  const { shown, more } = definition
  return { ...jsonAnswer({ ...more, ...shown }), headers: { ETag: tagOf(definition) } }
}
