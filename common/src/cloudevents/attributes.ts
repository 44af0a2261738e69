// pure
/**
 * The attributes of a CloudEvent (version 1.0) and their rules.
 * Takes attributes as texts, however they came. Gives the first that is wrong, and why, in words for its
 * sender. Source: the specification's "Required Attributes", "Optional Attributes" and "Type System".
 */

/** Attributes by name, in the order in which they came; `datacontenttype` is one of them. */
export type Attributes = ReadonlyMap<string, string>

/** What is wrong, and with which attribute. */
export interface AttributeProblem {
  readonly attribute: string
  readonly problem: string
}

/** Attributes of an event. */
export const attributesMax = 100
/** Bytes of all names and values: a subscriber gets them as headers. */
export const attributeBytesMax = 12 * 1024

const required = ['specversion', 'id', 'source', 'type'] as const
const specVersion = '1.0'
const namePattern = /^[a-z0-9]+$/
// Control characters and halves of surrogate pairs are no text of CloudEvents.
const forbidden = /[\p{Cc}\p{Cs}]/u
const uriReference = /^[^\s<>"{}|\\^`]+$/
const mediaType = /^[^\s/;,]+\/[^\s/;,]+\s*(;.*)?$/
const timestamp = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/
const jsonType = /^([^\s/;]+\/)(json|[^\s/;]+\+json)\s*(;|$)/i

/** The first problem of an event's attributes, or null. */
export function attributeProblem(attributes: Attributes): AttributeProblem | null {
  for (const name of required)
    if ((attributes.get(name) ?? '') === '')
      return wrong(name, 'is missing; specversion, id, source and type are needed')
  if (attributes.get('specversion') !== specVersion) return wrong('specversion', `must be ${specVersion}`)
  if (attributes.size > attributesMax)
    return wrong('specversion', `comes with more than ${attributesMax} attributes`)
  let bytes = 0
  for (const [name, value] of attributes) {
    const problem = namePattern.test(name)
      ? valueProblem(name, value)
      : 'has a name of other than a-z and 0-9'
    if (problem !== null) return wrong(name, problem)
    bytes += name.length + Buffer.byteLength(value)
  }
  return bytes > attributeBytesMax
    ? wrong('specversion', `comes with more than ${attributeBytesMax} bytes`)
    : null
}

/** Whether a media type is JSON: `application/json`, or anything that ends in `+json`. */
export function isJsonType(type: string): boolean {
  return jsonType.test(type)
}

function valueProblem(name: string, value: string): string | null {
  if (forbidden.test(value)) return 'holds control characters'
  switch (name) {
    case 'source':
      return uriReference.test(value) ? null : 'must be a URI reference'
    case 'time':
      return timestamp.test(value) && !Number.isNaN(Date.parse(value))
        ? null
        : 'must be a time as in RFC 3339'
    case 'dataschema':
      return uriReference.test(value) && URL.canParse(value) ? null : 'must be an absolute URI'
    case 'datacontenttype':
      return mediaType.test(value) ? null : 'must be a media type'
    case 'subject':
      return value === '' ? 'must not be empty' : null
    case 'data':
      return 'is no name of an attribute'
    default:
      return null
  }
}

function wrong(attribute: string, problem: string): AttributeProblem {
  return { attribute, problem }
}
