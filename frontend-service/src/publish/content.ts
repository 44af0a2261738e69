/**
 * The step that says whether the content of a message is right for its topic.
 * Takes the message, whatever it came in. Gives it on, with its form by the topic's schema, or what is wrong.
 * Promises: waits only for a schema that is not known here, and no longer than the publication does; what
 * fails in us is answered too. The rules themselves stand in the `check` files.
 */
import { HermesError, refusal } from '@iris/common/errors/hermes-error'
import { BrokenInvariant } from '@iris/common/lifecycle/invariant'
import type { KnownSchema } from '@iris/common/schema/schemas'
import type { Clock } from '@iris/common/time/clock'
import type { RareLog } from '../rare-log.js'
import type { RoutedTopic } from '../topics/routed-topic.js'
import { checkContent, type CheckOptions } from './check.js'
import type { AvroCheck } from './check-avro.js'
import { refusalBySchema } from './check-json.js'
import type { Publication } from './publication.js'
import { noSchemaRegistry } from './refusals.js'
import { createTryAvro } from './try-avro.js'

export interface ContentParts {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly warn: RareLog
  readonly rules: CheckOptions
  /** Null where there is no schema registry. */
  readonly avro: AvroCheck | null
}

/** Where a publication goes on from here: the pipeline. */
export interface ContentEvents {
  right(publication: Publication, topic: RoutedTopic, body: Buffer): void
  wrong(publication: Publication, error: HermesError): void
}

export interface Content {
  judge(publication: Publication, topic: RoutedTopic, body: Buffer): void
}

/** Made once: a defect must not cost a stack for each message. */
const notChecked = refusal('INTERNAL_ERROR', { problem: 'The message could not be checked' }, 'frontend')

/** Makes the step. */
export function createContent(parts: ContentParts, events: ContentEvents): Content {
  const { avro, warn, rules } = parts
  const tryAvro = createTryAvro(parts)

  const judgeJson: Content['judge'] = (publication, topic, body) => {
    const refused = checkContent(rules, body) ?? refusalBySchema(warn, topic, publication.origin.sent, body)
    if (refused !== null) return events.wrong(publication, refused)
    if (topic.avroTrial !== null) tryAvro(topic, topic.avroTrial, publication.origin.sent, body)
    events.right(publication, topic, body)
  }
  /** The schema that a message is of is known, or the message waits until the registry has said. */
  const judgeAvro = (publication: Publication, topic: AvroTopic, body: Buffer): void => {
    const { sent } = publication.origin
    if (avro === null) return events.wrong(publication, noSchemaRegistry)
    const known = avro.schemaOf(topic.avroSubject, sent)
    if (known !== undefined) return encode(avro, known, { publication, topic, body })
    publication.stage = 'checking'
    avro
      .ask(topic.avroSubject, sent)
      .then(answer => {
        if (publication.stage !== 'checking') return
        if (answer instanceof HermesError) events.wrong(publication, answer)
        else encode(avro, answer, { publication, topic, body })
      })
      .catch((error: unknown) => failed(publication, error))
  }
  const encode = (check: AvroCheck, known: KnownSchema, { publication, topic, body }: Judged): void => {
    const checked = check.check(known, topic.name, publication.origin.sent, body)
    if (checked instanceof HermesError) return events.wrong(publication, checked)
    publication.avro = checked
    events.right(publication, topic, body)
  }
  /** A defect of ours ends the message, and the process only where nothing can be relied on any more. */
  const failed = (publication: Publication, error: unknown): void => {
    if (error instanceof BrokenInvariant) throw error
    warn('publish.defect', { topic: publication.topicName, error })
    if (publication.stage === 'checking') events.wrong(publication, notChecked)
  }
  return {
    judge(publication, topic, body) {
      if (isAvro(topic)) judgeAvro(publication, topic, body)
      else judgeJson(publication, topic, body)
    },
  }
}

type AvroTopic = RoutedTopic & { readonly avroSubject: string }

interface Judged {
  readonly publication: Publication
  readonly topic: RoutedTopic
  readonly body: Buffer
}

function isAvro(topic: RoutedTopic): topic is AvroTopic {
  return topic.avroSubject !== null
}
