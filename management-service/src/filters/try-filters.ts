/**
 * A trial of filters on one message, before or after they are in a subscription.
 * Takes a topic, a message in base64, filters, and headers (ours; Hermes cannot try header filters). Gives
 * whether the message would be delivered; with a reason where nobody could tell, and it would be buried.
 */
import {
  freeObject,
  plainList,
  plainText,
  readShape,
  type JsonObject,
  type ValueOf,
} from '@iris/common/domain/json-shapes'
import type { TopicName } from '@iris/common/domain/names'
import type { ContentType } from '@iris/common/domain/topic-form'
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { fitsContentType, isFilterType } from '@iris/common/filter/filter-forms'
import { compileFilters, createInspector, type FilterOutcome } from '@iris/common/filter/filters'
import type { AvroSource } from '@iris/common/kafka/open-entry'
import { createLenientEncoder } from '@iris/common/schema/avro/lenient'
import { avroMetadataBytes, withMetadata } from '@iris/common/schema/avro/metadata'
import { noRegistry, type OpenRegistry } from '@iris/common/schema/open'
import { z } from 'zod'
import { entityOf } from '../requests.js'
import { existingTopic } from '../store/existing.js'
import type { TopicStore } from '../store/ports.js'

/** What Hermes answers. */
export const filterTrial = z.object({
  status: z.enum(['MATCHED', 'NOT_MATCHED', 'ERROR']),
  errorMessage: z.string().optional(),
})
export type FilterTrial = ValueOf<typeof filterTrial>

/** The shape of a body that tries filters. */
export const trialShape = z.object({
  message: plainText,
  filters: plainList(freeObject),
  headers: freeObject,
})

export interface FilterTrialParts {
  readonly store: TopicStore
  /** Null where no schema registry is configured. */
  readonly registry: OpenRegistry | null
}

/** Tries filters. */
export async function tryFilters(
  { store, registry }: FilterTrialParts,
  topic: TopicName,
  body: unknown,
): Promise<FilterTrial> {
  const { message, filters, headers } = readShape(trialShape, entityOf(body), 'create')
  const stored = await existingTopic(store, topic)
  if (filters === null) throw other('The member filters must be a list of filters')
  const forms = filters.map(filter => filter ?? {})
  const bytes = bytesOf(message)
  const lines = linesOf(headers)
  const unfit = unfitFilter(forms, stored.value.contentType)
  if (unfit !== null) return { status: 'NOT_MATCHED', errorMessage: unfit }
  const compiled = compileFilters(forms, stored.value.contentType)
  if (compiled === null) return { status: 'MATCHED' }
  if ('problem' in compiled) throw other(compiled.problem)
  const avro = stored.value.contentType === 'AVRO' ? await recordOf(registry, topic, bytes) : null
  if (typeof avro === 'string') return { status: 'ERROR', errorMessage: avro }
  return trialOf(createInspector().judge(compiled, { body: bytes, avro, propagated: lines }))
}

/** The message as a record of the topic's latest schema, or why it is none. */
async function recordOf(
  registry: OpenRegistry | null,
  topic: TopicName,
  body: Buffer,
): Promise<AvroSource | string> {
  if (registry === null) return noRegistry
  const known = await registry.schemas.load(registry.subjectOf(topic), null)
  if ('absence' in known) return known.detail
  const encoded = createLenientEncoder().encode(known.schema, body)
  if ('problem' in encoded) return encoded.problem
  const field = avroMetadataBytes(known.schema, {})
  return { known, record: Buffer.concat(withMetadata(encoded, field)), isBody: true }
}

/** An unknown type is refused; a known one that cannot look into these messages keeps each of them out. */
function unfitFilter(filters: readonly JsonObject[], contentType: ContentType): string | null {
  for (const { type } of filters) {
    if (!isFilterType(type)) throw other(`Filter of type '${String(type)}' not found.`)
    if (!fitsContentType(type, contentType))
      return `Message filter type ${type} doesn't match topic content type ${contentType}`
  }
  return null
}

function trialOf(outcome: FilterOutcome): FilterTrial {
  if (outcome.kind === 'passed') return { status: 'MATCHED' }
  if (outcome.kind === 'filtered') return { status: 'NOT_MATCHED' }
  return {
    status: 'NOT_MATCHED',
    errorMessage: `The message would become a dead letter: ${outcome.problem}`,
  }
}

function bytesOf(message: string | null): Buffer {
  if (message === null) throw refusal('FORMAT_ERROR', { problem: 'The member message must be base64 text' })
  const isBase64 = message.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(message)
  if (!isBase64) throw refusal('FORMAT_ERROR', { problem: 'The member message is not base64' })
  return Buffer.from(message, 'base64')
}

function linesOf(headers: JsonObject | null): readonly string[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) => {
    if (typeof value === 'string') return [name, value]
    throw refusal('FORMAT_ERROR', { problem: `The header ${name} must be a text` })
  })
}

function other(problem: string): HermesError {
  return new HermesError('OTHER', problem, 400)
}
