/**
 * The content rules of AVRO topics: which schema a message is of, and its bytes by it.
 * Takes a publication and its body. Gives the record in Avro's binary form, or the refusal with Hermes' text.
 * Promises: a schema that is known costs no waiting; one that is not is asked for within the registry's
 * limit, and a registry that is away is a 500, never a guess.
 */
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import { AvroProblem } from '@iris/common/schema/avro/input'
import { createLenientEncoder, type AvroEncoder, type EncodedAvro } from '@iris/common/schema/avro/lenient'
import { avroPlaces } from '@iris/common/schema/avro/read'
import { createStrictEncoder } from '@iris/common/schema/avro/strict'
import type { KnownSchema, SchemaAnswer, Schemas } from '@iris/common/schema/schemas'
import type { RareLog } from '../rare-log.js'
import type { SentHeaders } from './origin.js'

/** A message of an AVRO topic, ready for Kafka but for its metadata. */
export interface AvroMessage {
  readonly known: KnownSchema
  readonly encoded: EncodedAvro
  /** Whether its schema's number in the registry is stored beside the version. */
  readonly hasId: boolean
}

export interface AvroCheck {
  /** The schema that a message says it is of; undefined where the registry has to be asked. */
  schemaOf(subject: string, sent: SentHeaders): KnownSchema | undefined
  /** Asks the registry. Never rejects. */
  ask(subject: string, sent: SentHeaders): Promise<KnownSchema | HermesError>
  /** The body by the schema. */
  check(known: KnownSchema, topic: string, sent: SentHeaders, body: Buffer): AvroMessage | HermesError
}

export interface AvroCheckParts {
  readonly schemas: Schemas
  readonly warn: RareLog
  /** Whether `Schema-Id` is looked at. */
  readonly areIdsUsed: boolean
}

const versionMax = 0x7fffffff
const shownTypeLetters = 100

/** Made once: a registry that is away must not cost a stack for each message. */
const missingSchema = refusal('SCHEMA_COULD_NOT_BE_LOADED', {}, 'frontend')

/** Makes the check of a process. */
export function createAvroCheck({ schemas, warn, areIdsUsed }: AvroCheckParts): AvroCheck {
  const encoders = { 'application/json': createLenientEncoder(), 'avro/json': createStrictEncoder() }
  const idOf = (sent: SentHeaders): number | null =>
    areIdsUsed ? wholeNumber(sent.headers['schema-id']) : null
  const judged = (subject: string, sent: SentHeaders, answer: SchemaAnswer): KnownSchema | HermesError => {
    if (!('absence' in answer)) return answer
    if (answer.absence === 'noVersion') {
      const version = wholeNumber(sent.headers['schema-version']) ?? ''
      return refusal('SCHEMA_VERSION_DOES_NOT_EXIST', { version }, 'frontend')
    }
    warn('publish.noSchema', { subject, detail: answer.detail })
    return missingSchema
  }
  return {
    schemaOf(subject, sent) {
      const id = idOf(sent)
      if (id !== null) return schemas.knownById(subject, id)
      return schemas.known(subject, wholeNumber(sent.headers['schema-version']))
    },
    async ask(subject, sent) {
      const id = idOf(sent)
      const version = wholeNumber(sent.headers['schema-version'])
      const answer = await (id === null ? schemas.load(subject, version) : schemas.loadById(subject, id))
      return judged(subject, sent, answer)
    },
    check(known, topic, sent, body) {
      const type = mediaTypeOf(sent.headers['content-type'])
      const encoded =
        type === 'avro/binary'
          ? binaryRecord(known, body)
          : type === null
            ? unsupportedType(sent.headers['content-type'], topic)
            : encodedBy(encoders[type], known, body)
      if ('problem' in encoded) return invalid(encoded.problem)
      const { metadataPlace, metadataPrefix } = known.schema
      if (metadataPlace >= 0 && metadataPrefix === null)
        return refusal('AVRO_SCHEMA_INVALID_METADATA', {}, 'frontend')
      return { known, encoded, hasId: areIdsUsed }
    },
  }
}

type Encoded = EncodedAvro | { readonly problem: string }

function encodedBy(encoder: AvroEncoder, { schema }: KnownSchema, body: Buffer): Encoded {
  return encoder.encode(schema, body)
}

/**
 * Taken as it is, but only if it is a record: what nobody can read would be a dead letter of every
 * subscription. What stands behind the record is cut off, as in Hermes.
 */
function binaryRecord({ schema }: KnownSchema, body: Buffer): Encoded {
  try {
    const { end, metadataStart, metadataEnd } = avroPlaces(schema, body)
    return { bytes: body.subarray(0, end), metadataStart, metadataEnd }
  } catch (error) {
    if (!(error instanceof AvroProblem)) throw error
    return { problem: `Could not deserialize Avro message with provided schema, reason: ${error.message}` }
  }
}

function unsupportedType(type: string | undefined, topic: string): Encoded {
  const shown = type === undefined ? 'null' : type.slice(0, shownTypeLetters)
  return { problem: `Unsupported payload content type header ${shown} for topic ${topic}` }
}

/** The type, perhaps with parameters right behind it. */
function mediaTypeOf(header: string | undefined): 'application/json' | 'avro/json' | 'avro/binary' | null {
  const type = header?.toLowerCase().split(';', 1)[0]
  return type === 'application/json' || type === 'avro/json' || type === 'avro/binary' ? type : null
}

/** A header that is no whole number counts as absent, as in Hermes. */
export function wholeNumber(header: string | string[] | undefined): number | null {
  if (typeof header !== 'string' || !/^[+-]?\d{1,10}$/.test(header)) return null
  const value = Number(header)
  return Math.abs(value) <= versionMax ? value : null
}

function invalid(problem: string): HermesError {
  return refusal('VALIDATION_ERROR', { problem: `Invalid message: ${problem}` }, 'frontend')
}
