// pure
/**
 * The owner of a topic or subscription: a source of owners and an id in it.
 * Gives the shape and its rules; whether the owner exists is the business of the source.
 */
import { plainObject, plainText } from './json-shapes.js'
import type { Violations } from './violations.js'

/** Who is responsible. */
export interface OwnerId {
  readonly source: string
  readonly id: string
}

/** An owner as a body has it. */
export interface OwnerForm {
  readonly source: string | null
  readonly id: string | null
}

/** Hermes' source that accepts any id. */
export const plaintextOwnerSource = 'Plaintext'

/** The shape of an owner in a body. */
export const ownerShape = plainObject({ source: plainText, id: plainText })

/** `<path> must not be null`, or the same for its two members. */
export function checkOwner(violations: Violations, path: string, owner: OwnerForm | null): void {
  violations.notNull(path, owner)
  if (owner === null) return
  violations.notNull(`${path}.source`, owner.source)
  violations.notNull(`${path}.id`, owner.id)
}

/** The owner of a form that was checked, or of an old node that may lack it. */
export function ownerOf(form: OwnerForm | null): OwnerId {
  return { source: form?.source ?? plaintextOwnerSource, id: form?.id ?? '' }
}
