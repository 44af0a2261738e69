// pure
/**
 * A CloudEvent (version 1.0) taken apart: the log keeps its data as the message and its attributes beside it.
 * Takes the headers and the body of a message. Gives attributes and data, or the refusal that names the
 * attribute. Promises: the data is the bytes that came; an event without data is `null`.
 */
import {
  attributeProblem,
  isJsonType,
  type AttributeProblem,
  type Attributes,
} from '@iris/common/cloudevents/attributes'
import { readBinary } from '@iris/common/cloudevents/http-binary'
import { readStructured } from '@iris/common/cloudevents/json-format'
import { refusal, type HermesError } from '@iris/common/errors/hermes-error'
import type { SentHeaders } from './origin.js'

/** An event, checked. */
export interface DecodedEvent {
  readonly attributes: Attributes
  readonly data: Buffer
  /** The body that it came as. */
  readonly sent: Buffer
}

const eventTypes = 'application/cloudevents'
const subtypeAt = 'application/'.length
const letterC = 0x63
const structuredType = /^application\/cloudevents\+json\s*(;|$)/i
const batchType = /^application\/cloudevents-batch\+json\s*(;|$)/i
const defaultContentType = 'application/json'
const noData = Buffer.from('null')

/** Whether a message says that it is an event; the price that every message pays. */
export function isEvent({ headers }: SentHeaders): boolean {
  return headers['ce-specversion'] !== undefined || isEventType(headers['content-type'])
}

/** Whether a request brings a JSON array of events. */
export function isBatchOfEvents(contentType: string | undefined): boolean {
  return isEventType(contentType) && batchType.test(contentType)
}

/** One letter tells nearly all other types apart, without making a text. */
function isEventType(contentType: string | undefined): contentType is string {
  if (contentType === undefined || (contentType.charCodeAt(subtypeAt) | 0x20) !== letterC) return false
  return contentType.toLowerCase().startsWith(eventTypes)
}

/** Reads a message that {@link isEvent}. */
export function decodeEvent({ headers, rawHeaders }: SentHeaders, body: Buffer): DecodedEvent | HermesError {
  const type = headers['content-type']
  if (!isEventType(type)) return decodeBinary(rawHeaders, body)
  return structuredType.test(type) ? decodeStructured(body) : unknownFormat(type)
}

function decodeBinary(rawHeaders: readonly string[], body: Buffer): DecodedEvent | HermesError {
  const fieldOf = (attribute: string): object => ({
    field: attribute === 'datacontenttype' ? 'Content-Type' : `ce-${attribute}`,
  })
  const attributes = readBinary(rawHeaders)
  if ('problem' in attributes) return invalid(attributes, fieldOf)
  return checked(attributes, { sent: body, data: body.length === 0 ? noData : body }, fieldOf)
}

function decodeStructured(body: Buffer): DecodedEvent | HermesError {
  const pointerTo = (attribute: string): object => (attribute === '' ? {} : { pointer: `/${attribute}` })
  const event = readStructured(body)
  if ('problem' in event) return invalid(event, pointerTo)
  return checked(event.attributes, { sent: body, data: event.data ?? noData }, pointerTo)
}

function checked(
  attributes: Attributes,
  bodies: Pick<DecodedEvent, 'sent' | 'data'>,
  about: (attribute: string) => object,
): DecodedEvent | HermesError {
  const problem = attributeProblem(attributes)
  if (problem !== null) return invalid(problem, about)
  const type = attributes.get('datacontenttype')
  if (type === undefined)
    return { attributes: new Map([...attributes, ['datacontenttype', defaultContentType]]), ...bodies }
  if (isJsonType(type)) return { attributes, ...bodies }
  const wrong = {
    attribute: 'datacontenttype',
    problem: 'must be JSON: application/json, or a type that ends in +json',
  }
  return invalid(wrong, about)
}

function invalid(
  { attribute, problem }: AttributeProblem,
  about: (attribute: string) => object,
): HermesError {
  const what = attribute === '' ? problem : `attribute ${attribute} ${problem}`
  return refusal('VALIDATION_ERROR', { problem: `Invalid CloudEvent: ${what}` }, 'frontend', about(attribute))
}

function unknownFormat(contentType: string): HermesError {
  const accepted =
    'application/cloudevents+json, application/cloudevents-batch+json, or binary mode (ce- headers)'
  const values = { contentType: contentType.slice(0, 100), accepted }
  return refusal('UNSUPPORTED_MEDIA_TYPE', values, 'frontend', {
    field: 'Content-Type',
    fix: `Send ${accepted}`,
  })
}
